import { bringOver } from '../support/contract/bring-over';

it('a migration from Serena brings five thousand memories over in one session', () => bringOver(5000));
