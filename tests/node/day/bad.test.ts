import { fullVolume } from './full-volume';
import { restores } from './restores';
import { onRunningServer } from './running';

// In this order; the second part finds what the first has left.
describe('a bad day of an operator, whose server', onRunningServer('bad-day', restores, fullVolume));
