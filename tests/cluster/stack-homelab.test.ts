import { stackTests } from '../support/cluster/stack-tests';

describe('stack homelab on a real control plane', () =>
  stackTests('homelab', { classes: { ReadWriteOnce: 'local-path' } }));
