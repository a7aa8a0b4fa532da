import assert from 'node:assert/strict';
import type { KubernetesObject } from '@kubernetes/client-node';
import { connect } from '../../../operate/cluster/api';
import { controlPlane, ensureNamespace, removeNamespace } from './control-plane';

const gatewayApi = 'gateway.networking.k8s.io/v1';

/** What others have on a cluster. */
export class World {
  readonly #made: KubernetesObject[] = [];
  readonly #namespaces = new Set<string>();

  /** Makes namespaces. */
  async place(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#namespaces.add(name);
      await ensureNamespace(name);
    }
  }

  /** Makes an object. */
  async make(apiVersion: string, kind: string, name: string, rest: object, namespace?: string): Promise<void> {
    const metadata = { name, ...(namespace ? { namespace } : {}) };
    await controlPlane().objects.create({ apiVersion, kind, metadata, ...rest });
    this.#made.push({ apiVersion, kind, metadata });
  }

  /** Says what a controller would say of an object, whose definition keeps it in a part of its own. */
  async say(path: string, status: object): Promise<void> {
    const api = await connect(controlPlane().cluster.kubeconfig);
    const contentType = 'application/merge-patch+json';
    const answer = await api.send('PATCH', `${path}/status`, { body: { status }, contentType });
    assert.equal(answer.status, 200, answer.body);
  }

  /** A Gateway whose controller has programmed it. */
  async makeGateway(name: string, namespace: string, listener: object): Promise<void> {
    const listeners = [
      { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'c' }] }, ...listener },
    ];
    await this.make(gatewayApi, 'Gateway', name, { spec: { gatewayClassName: 'any', listeners } }, namespace);
    const condition = { ...since(), type: 'Programmed', status: 'True', reason: 'Programmed', message: '' };
    await this.say(`/apis/${gatewayApi}/namespaces/${namespace}/gateways/${name}`, { conditions: [condition] });
  }

  /** A network plugin, by the name of its DaemonSet. */
  async makeDaemonSet(name: string): Promise<void> {
    const labels = { 'test.memory-fleet': name };
    const template = { metadata: { labels }, spec: { containers: [{ name, image: 'registry.test/plugin:v1' }] } };
    await this.make(
      'apps/v1',
      'DaemonSet',
      name,
      { spec: { selector: { matchLabels: labels }, template } },
      'kube-system',
    );
  }

  /** A pod that answers names, as every cluster has it. */
  async makeDns(): Promise<void> {
    const [name, namespace] = ['coredns', 'kube-system'];
    const ports = [{ name: 'dns', containerPort: 53, protocol: 'UDP' }];
    const spec = { containers: [{ name, image: 'registry.test/coredns:v1', ports }] };
    await this.make(
      'v1',
      'Pod',
      name,
      { metadata: { name, namespace, labels: { 'k8s-app': 'kube-dns' } }, spec },
      namespace,
    );
  }

  /** An API that serves one kind, without anybody who fills it. */
  async serve(group: string, version: string, kind: string, plural: string): Promise<void> {
    // By the client's own name of the key: it drops those that it does not know.
    const schema = { openAPIV3Schema: { type: 'object', x_kubernetes_preserve_unknown_fields: true } };
    // The API server takes names of Kubernetes' own groups for a mistake otherwise.
    const annotations = { 'api-approved.kubernetes.io': 'unapproved, for a test' };
    const metadata = { name: `${plural}.${group}`, annotations };
    const versions = [{ name: version, served: true, storage: true, schema }];
    const spec = { group, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase() }, versions };
    await this.make('apiextensions.k8s.io/v1', 'CustomResourceDefinition', metadata.name, { metadata, spec });
  }

  /** A Prometheus that reads what kube-prometheus-stack would have it read, and a blackbox exporter. */
  async makeMonitoring(): Promise<void> {
    const selects = { matchLabels: { release: 'kube-prometheus-stack' } };
    const spec = {
      ...{ probeSelector: selects, ruleSelector: selects },
      ...{ podMonitorSelector: selects, serviceMonitorSelector: selects },
    };
    await this.make('monitoring.coreos.com/v1', 'Prometheus', 'main', { spec }, 'monitoring');
    await this.make('v1', 'Service', 'blackbox-exporter', { spec: { ports: [{ port: 9115 }] } }, 'monitoring');
  }

  /** Everything that stack goddess needs of its cluster. */
  async bringGoddess(): Promise<void> {
    await this.place('argocd', 'gateway', 'monitoring');
    const everything = { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }] };
    await this.make('argoproj.io/v1alpha1', 'AppProject', 'default', { spec: everything }, 'argocd');
    await this.makeGateway('gw-ext', 'gateway', {
      hostname: '*.svc.echoes',
      allowedRoutes: { namespaces: { from: 'All' } },
    });
    await this.makeDaemonSet('cilium');
    await this.makeDns();
    await this.makeMonitoring();
  }

  /** Everything that stack lab needs of its cluster. */
  async bringLab(): Promise<void> {
    await this.#bringIngress();
    await this.make('cert-manager.io/v1', 'ClusterIssuer', 'lab-ca', { spec: { selfSigned: {} } });
    await this.sayReady('/apis/cert-manager.io/v1/clusterissuers/lab-ca');
  }

  /** Everything that stack prod needs of its cluster, but for the definitions of CloudNativePG; the issuer is its own. */
  async bringProd(): Promise<void> {
    await this.#bringIngress();
    await this.place('cert-manager', 'cnpg-system');
  }

  /** Says of an object that it is ready. */
  async sayReady(path: string): Promise<void> {
    await this.say(path, { conditions: [{ ...since(), type: 'Ready', status: 'True', reason: 'Ready' }] });
  }

  /** What clusters with ingress-nginx have besides: policies, names, metrics, and somebody who watches. */
  async #bringIngress(): Promise<void> {
    await this.place('ingress-nginx', 'monitoring');
    const labels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' };
    const spec = { containers: [{ name: 'controller', image: 'registry.test/controller:v1' }] };
    await this.make(
      'v1',
      'Pod',
      'controller',
      { metadata: { name: 'controller', namespace: 'ingress-nginx', labels }, spec },
      'ingress-nginx',
    );
    await this.makeDaemonSet('calico-node');
    await this.makeDns();
    await this.serve('metrics.k8s.io', 'v1beta1', 'PodMetrics', 'pods');
    await this.makeMonitoring();
  }

  /** Takes everything away again. */
  async remove(): Promise<void> {
    for (const object of this.#made.splice(0).reverse()) await controlPlane().objects.delete(object as never);
    for (const name of this.#namespaces) await removeNamespace(name);
    this.#namespaces.clear();
  }
}

function since(): { readonly lastTransitionTime: string } {
  return { lastTransitionTime: new Date().toISOString() };
}
