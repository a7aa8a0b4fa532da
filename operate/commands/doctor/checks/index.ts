import type { Finding } from '../../../report/report';
import { type Check, type Examined, finding } from '../check';
import { access } from './access';
import { argocd } from './argocd';
import { capacity } from './capacity';
import { certificates } from './certificates';
import { clusterNetwork } from './cluster-network';
import { entrances } from './entrances';
import { followed } from './followed';
import { gateway } from './gateway';
import { images } from './images';
import { ingress } from './ingress';
import { issuers } from './issuers';
import { kinds } from './kinds';
import { madeSecrets } from './made-secrets';
import { metrics } from './metrics';
import { monitoring } from './monitoring';
import { namespaces } from './namespaces';
import { needs } from './needs';
import { network } from './network';
import { notices } from './notices';
import { pods } from './pods';
import { remotes } from './remotes';
import { secretReaders } from './secret-readers';
import { secretStores } from './secret-stores';
import { server } from './server';
import { snapshots } from './snapshots';
import { storage } from './storage';

/** Every check, in the order of the report: the cluster, what must be on it, what we bring. */
const checks: readonly Check[] = [
  ...[
    server,
    access,
    kinds,
    namespaces,
    storage,
    snapshots,
    gateway,
    ingress,
    issuers,
    certificates,
    entrances,
    network,
    clusterNetwork,
    metrics,
  ],
  ...[
    argocd,
    followed,
    monitoring,
    secretStores,
    madeSecrets,
    needs,
    secretReaders,
    remotes,
    images,
    pods,
    capacity,
    notices,
  ],
];

/** What every check finds. */
export async function examine(examined: Examined): Promise<readonly Finding[]> {
  return Promise.all(checks.flatMap((check) => check(examined)).map(finding));
}
