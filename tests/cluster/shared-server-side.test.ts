import { serverSideArgoCd } from '../support/cluster/argocd-server-side';
import { type Change, initial, sharedTests, without } from '../support/cluster/shared-tests';

/** Server-side both own every field, so it goes with the second of them; and an object goes with `up`. */
const serverSide: readonly Change[] = [
  {
    what: 'removed fields and removed objects',
    first: 'up',
    to: { ...initial, ...without },
    left: { logFilter: 'info' },
  },
  { what: 'a changed value, added fields and added objects', first: 'Argo CD', to: { ...initial, timeout: '700' } },
  {
    what: 'removed fields and removed objects',
    first: 'Argo CD',
    to: { ...without, timeout: '700' },
    left: { logFilter: 'info', login: true },
  },
  { what: 'a changed value, added fields and added objects', first: 'up', to: { ...initial, timeout: '800' } },
];

describe("mode shared with a forced server-side apply under Argo CD's name", () =>
  sharedTests({ name: 'server-side', start: async () => serverSideArgoCd(), changes: serverSide }));
