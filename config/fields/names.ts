import { z } from 'zod';
import { text } from './text';

/** One DNS label (RFC 1123). */
export const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
/** One or several of them. */
export const subdomain = `${label}(\\.${label})*`;

/** A name of one DNS label (RFC 1123), as namespaces and services need it. */
export const dnsLabel = text(
  new RegExp(`^${label}$`),
  'a DNS label: lower-case letters, digits and "-", at most 63 characters',
);

/** An object name of one or several DNS labels (RFC 1123 subdomain), as Secrets, classes and most kinds need it. */
export const objectName = text(
  new RegExp(`^${subdomain}$`),
  'an object name: DNS labels of lower-case letters, digits and "-", separated by "."',
  253,
);

/** The key of an entry in a Secret or ConfigMap. */
export const dataKey = text(
  /^(?!\.\.?$)(?!\.\.)[-._a-zA-Z0-9]{1,253}$/,
  'the key of a Secret: letters, digits, "-", "_" and ".", at most 253 characters and not ".." at the start',
);

const name = '[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?';
/** A prefix is a domain of at most 253 characters. */
const prefix = `(?=[^/]{1,253}/)${subdomain}/`;

/** The key of a label, an annotation or a taint, a class, an extended resource: a name that may have a domain in front. */
const qualified = (expected: string, owned: '?' | '' = '?') =>
  text(new RegExp(`^(${prefix})${owned}${name}$`), expected, 253 + 1 + 63, (value) =>
    new RegExp(`^(${prefix})${owned}${name}$`).test(value)
      ? undefined
      : `${expected}: letters, digits, "-", "_" and "." with a letter or digit at both ends, at most 63 of them, ` +
        `${owned === '' ? 'with' : 'or with'} a domain in lower case and "/" before them`,
  );

export const labelKey = qualified('a label key');
const annotationKey = qualified('the key of an annotation');
/** A class of load balancers. */
export const className = qualified('a class such as example.org/internal');
/** What a device plugin offers on a node. */
export const extendedResource = qualified('the name of an extended resource, such as nvidia.com/gpu', '');

/** The value of a label or a taint. */
export const labelValue = text(new RegExp(`^(${name})?$`), 'a label value', 63, (value) =>
  new RegExp(`^(${name})?$`).test(value)
    ? undefined
    : 'a label value: at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends',
);

/** Labels that select pods or that others select by. */
export const labels = z.record(labelKey, labelValue);

/** Annotations of an object. */
export const annotations = z.record(
  annotationKey,
  z.string({ error: 'text; a number or a truth value is written in quotes' }),
);

/** Pods named by their namespace and labels. */
export const byName = (defaults: { namespace: string; labels: Record<string, string> }) =>
  z
    .strictObject({
      namespace: dnsLabel.default(defaults.namespace).describe('Namespace of the pods.'),
      labels: labels.default(defaults.labels).describe('Labels of the pods.'),
    })
    .prefault({});
