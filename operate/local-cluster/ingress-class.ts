import { type Api, apply } from '../cluster/api';

/** Makes the class that ingress-nginx would bring, so that Ingresses of it can be described. Nothing serves them. */
export async function ensureIngressClass(api: Api): Promise<void> {
  await apply(api, '/apis/networking.k8s.io/v1/ingressclasses', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
}
