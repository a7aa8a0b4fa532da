import { cloudNativePgDefinitions } from '../support/cluster/definitions';
import { stackTests } from '../support/cluster/stack-tests';

describe('stack prod on a real control plane', () =>
  stackTests('prod', {
    classes: { ReadWriteOnce: 'block', ReadWriteMany: 'files' },
    definitions: [...cloudNativePgDefinitions, 'podmonitors.monitoring.coreos.com'],
  }));
