import type { FieldTree } from './field-tree';

/** A live object, with what the API server records about who wrote which field. */
export interface LiveObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: LiveMeta;
  readonly [field: string]: unknown;
}

/** Metadata of a live object. */
export interface LiveMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  readonly managedFields?: readonly ManagedFields[];
}

/** The fields that one manager wrote in one way. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** When the manager last changed something, RFC 3339. */
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldTree;
  /** Such as `status` or `scale`; absent for the object itself. */
  readonly subresource?: string;
}

/** Writers of the object itself: what controllers report in its status says nothing about what was asked for. */
export function writersOf({ metadata }: LiveObject): readonly ManagedFields[] {
  return (metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status');
}

/** An object in words: kind and name, with the namespace where it has one. */
export function objectInWords(object: {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
