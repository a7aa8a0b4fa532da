import { stackTests } from '../support/cluster/stack-tests';

describe('stack lab on a real control plane', () =>
  stackTests('lab', { classes: { ReadWriteOnce: 'local-path', ReadWriteMany: 'nfs-client' } }));
