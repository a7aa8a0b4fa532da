import { resourceRequirements } from '../kit/objects/pod';
import { type AppServer, appServer } from '../kit/parts/app-server';
import { entryVariable, type UsedEntry, usedEntries } from '../kit/parts/secret-set';
import { madeSecret } from '../kit/parts/secrets';
import { clientKeySet } from '../kit/settings/client-keys';
import { variables } from './environment';
import { keyOf, type Rae } from './instance';
import { metadataIn, names, podLabels, podsOf, ports } from './names';
import { podAnnotations, podNeeds, raePod } from './pod';

/** Upstream's dashboard, a client of the API like any other; nothing leads to it but a port-forward. */
export function webDashboard(rae: Rae): AppServer | undefined {
  const { namespace, settings } = rae;
  const { dashboard } = settings;
  if (!dashboard.enabled) return undefined;
  const { key, tenant } = clientOf(rae, dashboard.client);
  const selector = podsOf('dashboard');
  return appServer({
    name: names.dashboard,
    metadata: metadataIn(namespace, selector),
    selector,
    podLabels: podLabels('dashboard', ['api']),
    podAnnotations: podAnnotations([key]),
    container: {
      image: dashboard.image,
      command: ['streamlit', 'run', 'app.py'],
      args: [
        `--server.port=${ports.dashboard}`,
        '--server.headless=true',
        // Nothing is sent to those who make Streamlit.
        '--browser.gatherUsageStats=false',
      ],
      workingDir: '/app',
      env: [
        ...variables({
          RAE_API_URL: `http://${names.api}:${ports.api}`,
          RAE_TENANT_ID: tenant,
          RAE_PROJECT_ID: dashboard.project,
          HOME: '/tmp',
        }),
        ...entryVariable('RAE_API_KEY', key),
      ],
      resources: resourceRequirements(rae.dashboard),
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    },
    ports: { requests: ports.dashboard, health: ports.dashboard },
    checks: { ready: { path: '/_stcore/health', timeoutSeconds: 5 } },
    startupBudgetSeconds: 120,
    pod: ({ containers, volumes }) => raePod(rae, { reads: [key], containers, volumes, graceSeconds: 30 }),
    after: [...podNeeds(rae), ...madeSecret('clientKeys', key)],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** The client as which it asks; that there is one a constraint holds. */
function clientOf(
  { settings: { authentication } }: Rae,
  name: string,
): { key?: UsedEntry | undefined; tenant?: string } {
  if (authentication?.mode !== 'clients') return {};
  const key = usedEntries(clientKeySet(authentication, keyOf('authentication')))[name];
  const tenant = authentication.clients[name]?.tenant;
  return { key, ...(tenant ? { tenant } : {}) };
}
