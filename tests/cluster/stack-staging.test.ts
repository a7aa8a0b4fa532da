import { stackTests } from '../support/cluster/stack-tests';

describe('stack staging on a real control plane', () =>
  stackTests('staging', { classes: { ReadWriteOnce: 'standard-rwo' } }));
