import { type Answer, type Check, missing, ok, warning } from '../check';

interface ExternalSecret {
  readonly metadata: { readonly namespace?: string };
  readonly spec: { readonly secretStoreRef: { readonly name: string; readonly kind: string } };
}

interface Store {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; message?: string }[] };
}

/** The stores that External Secrets of the plan read. */
export const secretStores: Check = ({ look, stack }) => {
  const found = stack.plan.systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) =>
      object.kind === 'ExternalSecret' ? [object as typeof object & ExternalSecret] : [],
    ),
  );
  const stores = found.map(({ apiVersion, metadata, spec: { secretStoreRef } }) => {
    const { kind, name } = secretStoreRef;
    const at = kind === 'SecretStore' ? `namespaces/${metadata.namespace}/secretstores` : 'clustersecretstores';
    return { subject: `${kind} ${name}`, path: `/apis/${apiVersion}/${at}/${name}` };
  });
  return [...new Map(stores.map((store) => [store.path, store])).values()].map(({ subject, path }) => ({
    subject,
    answer: async () => storeAnswer(await look.at<Store>(path)),
  }));
};

function storeAnswer(store: Store | undefined): Answer {
  if (store === undefined) return missing('there is none', 'create it, or correct cluster.externalSecrets.store');
  const ready = store.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return ok('ready');
  if (ready) return missing(`not ready: ${ready.message ?? 'no reason given'}`, 'mend it: nothing can be read from it');
  return warning('nobody has said yet that it is ready', 'see that the External Secrets operator runs');
}
