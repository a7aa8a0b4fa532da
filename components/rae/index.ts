import type { SystemModule } from '../system';
import { raeOf } from './instance';
import { describeRae } from './objects';
import { type RaeSettings, raeSchema } from './settings';
import { raeConstraints } from './settings/constraints';
import { type RaeSecrets, raeSecrets } from './settings/secrets';

export const rae = {
  key: 'rae',
  component: 'Rae',
  about: 'RAE Memory Engine: memories with reflections by a REST API, with its workers and stores',
  settings: raeSchema,
  secrets: raeSecrets,
  constraints: raeConstraints,
  describe: (settings, cluster) => [describeRae(raeOf(settings, cluster), cluster)],
} as const satisfies SystemModule<RaeSettings, RaeSecrets>;
