import { z } from 'zod';

// Every message below completes the sentence "expected …" of a configuration problem.

/** Text of a given form; any other type of value gets the same message. */
export const text = (form: RegExp, expected: string, longest = 1024) =>
  z.string({ error: expected }).max(longest, { error: expected }).regex(form, { error: expected });

const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const subdomain = new RegExp(`^${label}(\\.${label})*$`);

/** A name of one DNS label (RFC 1123), as namespaces and services need it. */
export const dnsLabel = text(
  new RegExp(`^${label}$`),
  'a DNS label: lower-case letters, digits and "-", at most 63 characters',
);

/** An object name of one or several DNS labels (RFC 1123 subdomain), as Secrets, classes and most kinds need it. */
export const objectName = text(subdomain, 'an object name: DNS labels separated by "."', 253);

/** A host name without scheme, port or path. */
export const hostname = text(
  subdomain,
  'a host name in lower case, without scheme, port or path, such as memories.example.org',
  253,
);

/** A Kubernetes quantity of bytes. */
export const byteQuantity = text(
  /^[1-9][0-9]*(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/,
  'a Kubernetes quantity in bytes, such as 512Mi or 1Gi',
);

/** A Kubernetes quantity of CPU cores. */
export const cpuQuantity = text(
  /^([1-9][0-9]*m?|[0-9]+\.[0-9]{1,3})$/,
  'a Kubernetes quantity of CPU cores as text, such as "250m" or "1"',
);

/** A container image with a tag, optionally with its digest; `latest` names no version and is refused. */
export const image = text(
  /^[a-z0-9][a-z0-9.:_/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(@sha256:[0-9a-f]{64})?$/,
  'an image with its tag and, where known, its digest: registry/name:1.2.3@sha256:…',
).refine((value) => !/:latest(@|$)/.test(value), { error: 'a tag that names a version; "latest" names none' });

/** A host name, or all names below a domain. */
export const hostPattern = text(
  new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`),
  'a host name such as huggingface.co, or "*." and a domain for all names below it',
  253,
);

/** A network in CIDR notation. */
export const network = text(/^[0-9a-f.:]+\/\d{1,3}$/, 'a network such as 10.0.0.10/32');

/** An https URL without credentials in it: a token belongs in a Secret. */
export const httpsUrl = text(/^https:\/\/[^\s/@]+(\/[^\s]*)?$/, 'an https:// URL without user name or password');

/** The origin of a web page, as a browser writes it: nothing after host and port, and no port that is the scheme's own. */
export const webOrigin = text(
  new RegExp(`^(https://(?!.*:443$)|http://(?!.*:80$))${label}(\\.${label})*(:[1-9]\\d{0,4})?$`),
  'an origin as browsers write it, such as https://chat.example.org or http://localhost:5173',
);

/** A git branch name, by the rules of git-check-ref-format that matter in practice. */
export const gitBranch = text(
  /^(?![-/.])(?!.*(\.\.|\/\/|@\{|\.lock(\/|$)))[^\s~^:?*[\\]+(?<![/.])$/,
  'a git branch name, such as main',
);

/** A folder inside a repository. */
export const relativePath = text(/^[\w.-]+(\/[\w.-]+)*$/, 'a relative path such as deploy/k8s/overlays/goddess');

/** Labels that select pods or that others select by. */
export const labels = z.record(
  text(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'a label key'),
  text(/^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/, 'a label value'),
);

/** Pods named by their namespace and labels. */
export const byName = (defaults: { namespace: string; labels: Record<string, string> }) =>
  z
    .strictObject({
      namespace: dnsLabel.default(defaults.namespace).describe('Namespace of the pods.'),
      labels: labels.default(defaults.labels).describe('Labels of the pods.'),
    })
    .prefault({});

/** A schedule in the five fields of cron. */
export const cronSchedule = text(
  /^(@(hourly|daily|weekly|monthly)|([\d*,/-]+\s+){4}[\d*,/-]+)$/,
  'a cron schedule of five fields, such as "17 * * * *"',
);

/**
 * A value that must be encrypted in the stack file. Only the fact that it is there passes through the configuration;
 * the value goes from the engine's decrypted configuration straight into the Secret.
 */
export const encrypted = Symbol('encrypted');
export const encryptedValue = z.custom<typeof encrypted>((value) => value === encrypted, {
  error: 'an encrypted value: set it by `pulumi config set --secret`',
});

/** The key of an entry in a Secret or ConfigMap. */
export const dataKey = text(/^[-._a-zA-Z0-9]{1,253}$/, 'the key of a Secret: letters, digits, "-", "_" and "."');

/** A whole number in a closed range. */
export const integer = (minimum: number, maximum: number) =>
  z
    .int({ error: `a whole number from ${minimum} to ${maximum}` })
    .min(minimum, { error: `a whole number from ${minimum} to ${maximum}` })
    .max(maximum, { error: `a whole number from ${minimum} to ${maximum}` });

/** A sentence for those who read the preview: why something holds. */
export const reason = text(/\S.{8,}\S/, 'a reason of at least ten characters');

/** Requests and limits of one container. There is no default CPU limit: throttling an idle-most server helps nobody. */
export const resources = (defaults: { cpu: string; memory: string; memoryLimit: string; cpuLimit?: string }) =>
  z
    .strictObject({
      cpu: cpuQuantity.default(defaults.cpu).describe('CPU request, in cores.'),
      memory: byteQuantity.default(defaults.memory).describe('Memory request, in bytes.'),
      cpuLimit: (defaults.cpuLimit ? cpuQuantity.default(defaults.cpuLimit) : cpuQuantity.optional()).describe(
        'CPU limit, in cores.',
      ),
      memoryLimit: byteQuantity.default(defaults.memoryLimit).describe('Memory limit, in bytes.'),
    })
    .prefault({});
