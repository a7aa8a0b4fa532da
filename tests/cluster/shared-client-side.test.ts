import { startAgent } from '../support/cluster/argocd-agent';
import { type Change, initial, sharedTests, without } from '../support/cluster/shared-tests';

/** Client-side, a field goes with Argo CD in any case, and with `up` only where no sync has ever written it. */
const clientSide: readonly Change[] = [
  { what: 'removed fields that `up` made, and removed objects', first: 'up', to: { ...initial, ...without } },
  { what: 'a changed value and added fields', first: 'Argo CD', to: { ...initial, timeout: '700', login: false } },
  {
    what: 'removed fields that Argo CD made',
    first: 'up',
    to: { ...without, timeout: '700' },
    left: { logFilter: 'info' },
  },
  { what: 'a changed value, added fields and added objects', first: 'up', to: { ...initial, timeout: '800' } },
  { what: 'removed fields and removed objects', first: 'Argo CD', to: { ...without, timeout: '800' } },
];

describe("mode shared with Argo CD's own engine, which applies client-side", () =>
  sharedTests({ name: 'client-side', start: startAgent, changes: clientSide }));
