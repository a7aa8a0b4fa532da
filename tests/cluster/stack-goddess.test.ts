import { stackTests } from '../support/cluster/stack-tests';

describe('stack goddess on a real control plane', () =>
  stackTests('goddess', { classes: { ReadWriteOnce: 'ceph-block' }, needs: ['argocd'] }));
