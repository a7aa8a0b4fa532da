import type { SystemModule } from '../system';
import { describeContextEngine } from './objects';
import { type ContextEngineSettings, contextEngineSchema } from './settings';
import { contextEngineConstraints } from './settings/constraints';
import { type ContextEngineSecrets, contextEngineSecrets } from './settings/secrets';

export const contextEngine = {
  key: 'contextEngine',
  component: 'ContextEngine',
  about: 'Context Engine: search in code and memories on Qdrant',
  settings: contextEngineSchema,
  secrets: contextEngineSecrets,
  constraints: contextEngineConstraints,
  describe: (settings, cluster) => [describeContextEngine(settings, cluster)],
} as const satisfies SystemModule<ContextEngineSettings, ContextEngineSecrets>;
