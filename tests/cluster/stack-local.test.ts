import { stackTests } from '../support/cluster/stack-tests';

describe('stack local on a real control plane', () => stackTests('local', { classes: { ReadWriteOnce: 'standard' } }));
