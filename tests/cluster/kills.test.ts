import { interruptedUps } from '../support/cluster/kills';

// Among its first creations, and while it waits for the last of them. `npm run soak` has the moments in between.
describe('an `up` that is interrupted', () => interruptedUps([4 / 11, 9 / 11]));
