import type { IApplication } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
import type { ICertificate, IClusterIssuer, IIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import type { ICiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2';
import type {
  ICluster,
  IDatabase,
  IPooler,
  IScheduledBackup,
} from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import type {
  IBackendTrafficPolicy,
  ISecurityPolicy,
} from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1';
import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IReferenceGrant } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1beta1';
import type {
  IPodMonitor,
  IProbe,
  IPrometheusRule,
  IServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { ISealedSecret } from '@kubernetes-models/sealed-secrets/bitnami.com/v1alpha1';
import type { IMiddleware } from '@kubernetes-models/traefik/traefik.io/v1alpha1';
import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { ICronJob, IJob } from 'kubernetes-models/batch/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IRole, IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type {
  IConfigMap,
  ILimitRange,
  INamespace,
  IPersistentVolumeClaim,
  IResourceQuota,
  ISecret,
  IService,
  IServiceAccount,
} from 'kubernetes-models/v1';

/** The part of an object's metadata that a description may set. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Stands in a described Secret for a value of the encrypted configuration. The plan never holds the value; only the
 * registration puts it in, so neither a rendered file nor a test can show it.
 */
export interface SecretReference {
  /** Where the map `secrets` of the stack file has the value, such as `['memoryMcp', 'token']`. */
  readonly secret: readonly string[];
}

/** A Secret whose values are references. */
type SecretOfReferences = Omit<ISecret, 'stringData' | 'data'> & {
  readonly stringData: Readonly<Record<string, SecretReference>>;
};

/** The custom resource of Argo CD Image Updater v1; its definition is on no package registry, so it is typed here. */
interface ImageUpdater {
  readonly apiVersion: 'argocd-image-updater.argoproj.io/v1alpha1';
  readonly kind: 'ImageUpdater';
  readonly spec: {
    readonly commonUpdateSettings: { readonly updateStrategy: 'semver' };
    readonly writeBackConfig: {
      readonly method: 'git';
      readonly gitConfig: { readonly branch: string; readonly writeBackTarget: 'kustomization' };
    };
    readonly applicationRefs: readonly {
      readonly namePattern: string;
      readonly images: readonly {
        readonly alias: string;
        readonly imageName: string;
        readonly manifestTargets: { readonly kustomize: { readonly name: string } };
      }[];
    }[];
  };
}

/** The issuer of step-issuer; its definition is on no package registry, so it is typed here. */
interface StepClusterIssuer {
  readonly apiVersion: 'certmanager.step.sm/v1beta1';
  readonly kind: 'StepClusterIssuer';
  readonly spec: {
    readonly url: string;
    readonly caBundle: string;
    readonly provisioner: {
      readonly name: string;
      readonly kid: string;
      readonly passwordRef: { readonly name: string; readonly namespace: string; readonly key: string };
    };
  };
}

/** The object storage of CloudNativePG's plugin Barman Cloud; its definition is on no package registry, so it is typed here. */
interface ObjectStore {
  readonly apiVersion: 'barmancloud.cnpg.io/v1';
  readonly kind: 'ObjectStore';
  readonly spec: {
    readonly retentionPolicy: string;
    readonly configuration: {
      readonly destinationPath: string;
      readonly endpointURL: string;
      readonly s3Credentials: Readonly<
        Record<'accessKeyId' | 'secretAccessKey', { readonly name: string; readonly key: string }>
      >;
      readonly wal: { readonly compression: 'gzip' };
      readonly data: { readonly compression: 'gzip' };
    };
  };
}

/** Every kind of object that a system may put on a cluster, with its model. */
interface Models {
  Application: IApplication;
  BackendTrafficPolicy: IBackendTrafficPolicy;
  Certificate: ICertificate;
  CiliumNetworkPolicy: ICiliumNetworkPolicy;
  Cluster: ICluster;
  ClusterIssuer: IClusterIssuer;
  ConfigMap: IConfigMap;
  CronJob: ICronJob;
  Database: IDatabase;
  Deployment: IDeployment;
  ExternalSecret: IExternalSecret;
  HTTPRoute: IHTTPRoute;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  ImageUpdater: ImageUpdater;
  Ingress: IIngress;
  Issuer: IIssuer;
  Job: IJob;
  LimitRange: ILimitRange;
  Middleware: IMiddleware;
  Namespace: INamespace;
  NetworkPolicy: INetworkPolicy;
  ObjectStore: ObjectStore;
  PersistentVolumeClaim: IPersistentVolumeClaim;
  PodDisruptionBudget: IPodDisruptionBudget;
  PodMonitor: IPodMonitor;
  Pooler: IPooler;
  Probe: IProbe;
  PrometheusRule: IPrometheusRule;
  ReferenceGrant: IReferenceGrant;
  ResourceQuota: IResourceQuota;
  Role: IRole;
  RoleBinding: IRoleBinding;
  ScheduledBackup: IScheduledBackup;
  SealedSecret: ISealedSecret;
  Secret: SecretOfReferences;
  SecurityPolicy: ISecurityPolicy;
  Service: IService;
  ServiceAccount: IServiceAccount;
  ServiceMonitor: IServiceMonitor;
  StatefulSet: IStatefulSet;
  StepClusterIssuer: StepClusterIssuer;
}

export type PlannedKind = keyof Models;

/** An object of a plan. The property `kind` tells which one, so that whoever reads a plan narrows by it. */
export type PlannedObject<K extends PlannedKind = PlannedKind> = {
  readonly [Kind in PlannedKind]: Omit<Models[Kind], 'metadata'> & { readonly metadata: ObjectMeta };
}[K];
