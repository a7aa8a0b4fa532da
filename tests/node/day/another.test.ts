import { drills } from './drills';
import { logins } from './logins';
import { onRunningServer } from './running';

// In this order; the second part finds what the first has left.
describe('another day of an operator, whose server', onRunningServer('another-day', logins, drills));
