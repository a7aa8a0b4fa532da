import { z } from 'zod';
import { dataKey, hostAndPort, httpsUrl, objectName, text } from '../../../config/fields';

/** An entry of a Secret in the namespace of cert-manager, which a person brings. */
const entry = (about: string, key: string) =>
  z.strictObject({
    secretName: objectName.describe(`Secret with ${about}, in the namespace of cert-manager.`),
    secretKey: dataKey.default(key).describe('Key of the value in the Secret.'),
  });

const token = entry('a token that may edit the zone', 'token').describe('Token of its API.');

/** Who answers for a name in DNS, with what cert-manager shows there. */
const dns = z.discriminatedUnion(
  'provider',
  [
    z.strictObject({
      provider: z.literal('cloudflare').describe('Cloudflare.'),
      token,
    }),
    z.strictObject({
      provider: z.literal('digitalocean').describe('DigitalOcean.'),
      token,
    }),
    z.strictObject({
      provider: z.literal('route53').describe('Route 53 of AWS.'),
      region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region of AWS, such as eu-central-1').describe('Region.'),
      hostedZoneId: text(/^[A-Z0-9]+$/, 'the id of a hosted zone')
        .optional()
        .describe('Hosted zone. Default: the one that Route 53 finds by the name.'),
      accessKeyId: text(/^[A-Z0-9]{16,128}$/, 'the id of an access key')
        .optional()
        .describe('Id of the access key. Default: the role of the pod, without any key.'),
      secretAccessKey: entry('the secret access key', 'secret-access-key')
        .optional()
        .describe('Secret access key, where there is an id of one.'),
    }),
    z.strictObject({
      provider: z.literal('rfc2136').describe('Any server that takes dynamic updates (RFC 2136), such as BIND.'),
      nameserver: hostAndPort('the address and port of the name server, such as 192.0.2.53:53').describe(
        'Address and port of the name server.',
      ),
      keyName: text(/\S/, 'the name of the TSIG key').describe('Name of the TSIG key.'),
      algorithm: z
        .enum(['HMACSHA256', 'HMACSHA512'], { error: '"HMACSHA256" or "HMACSHA512"' })
        .default('HMACSHA256')
        .describe('Algorithm of the TSIG key.'),
      key: entry('the TSIG key', 'tsig-secret').describe('TSIG key.'),
    }),
  ],
  { error: 'a map with provider "cloudflare", "digitalocean", "route53" or "rfc2136"' },
);

const solver = z
  .discriminatedUnion(
    'challenge',
    [
      z.strictObject({
        challenge: z.literal('http01').describe('By an answer under the host name, at port 80.'),
        through: z
          .enum(['ingress', 'gateway'], { error: '"ingress" or "gateway"' })
          .default('ingress')
          .describe('What leads there: the ingress controller or the Gateway of the cluster facts.'),
        section: objectName
          .optional()
          .describe("Listener of the Gateway with plain HTTP. Default: the Gateway's first that admits the route."),
      }),
      z.strictObject({
        challenge: z
          .literal('dns01')
          .describe('By a record in DNS, for names that nobody outside reaches and for wildcards.'),
        dns: dns.describe('Who answers for the names in DNS.'),
      }),
    ],
    { error: 'a map with challenge "http01" or "dns01"' },
  )
  .prefault({ challenge: 'http01' })
  .describe('How the authority is shown that a name is ours.');

export const issuer = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('acme').describe('An authority that speaks ACME.'),
      directory: z
        .union([z.enum(['staging', 'production']), httpsUrl], {
          error: '"staging" or "production" of Let\'s Encrypt, or the https URL of another directory',
        })
        .default('staging')
        .describe(
          "Whose: Let's Encrypt's staging, whose certificates no client trusts, its production, which counts and limits, or the directory of another authority.",
        ),
      email: text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address')
        .optional()
        .describe('Address of the account, at which the authority may reach a person. Default: none.'),
      accountKeySecretName: objectName
        .optional()
        .describe("Secret into which cert-manager writes the key of the account. Default: the issuer's name and -key."),
      solver,
    }),
    z.strictObject({
      type: z.literal('ca').describe("By the certificate and key of an authority of one's own."),
      secretName: objectName.describe(
        'Secret with tls.crt and tls.key of the authority, in the namespace of cert-manager.',
      ),
    }),
    z.strictObject({
      type: z
        .literal('selfSigned')
        .describe('Each certificate vouches for itself. For trials, not on a production stack.'),
    }),
    z.strictObject({
      type: z
        .literal('step')
        .describe('step-ca of Smallstep, by its controller step-issuer, which is installed already.'),
      url: httpsUrl.describe('URL of step-ca.'),
      caBundle: text(/^[A-Za-z0-9+/]+={0,2}$/, "the authority's root certificate (PEM) in base64", 100_000).describe(
        'Root certificate of step-ca, PEM in base64: `step ca root | base64 -w0`.',
      ),
      provisioner: z
        .strictObject({
          name: text(/\S/, 'the name of a provisioner').describe('Name of the JWK provisioner.'),
          keyId: text(/^[\w-]+$/, 'the id of its key').describe('Id of its key (`kid`).'),
          password: entry('the password of the provisioner', 'password').describe('Password of the provisioner.'),
        })
        .describe('Provisioner that signs.'),
    }),
  ],
  { error: 'a map with type "acme", "ca", "selfSigned" or "step"' },
);

export type IssuerSettings = z.output<typeof issuer>;
export type SolverSettings = z.output<typeof solver>;
export type DnsSettings = z.output<typeof dns>;
