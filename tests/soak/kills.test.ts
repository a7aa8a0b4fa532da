import { interruptedUps } from '../support/cluster/kills';

describe('an `up` that is interrupted', () =>
  interruptedUps(Array.from({ length: 10 }, (_, index) => (index + 1) / 11)));
