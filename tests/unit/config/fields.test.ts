import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { z } from 'zod';
import * as fields from '../../../config/fields';

/** What a field says to a value: nothing, or what it expected. */
function said(field: z.ZodType, value: unknown): string {
  const messages = field.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
  return [...new Set(messages)].join(' | ');
}

/** Values of a field that are right, and others with words that the refusal must have. */
interface Table {
  readonly right: readonly string[];
  readonly wrong: Readonly<Record<string, RegExp>>;
}

const sha = 'a'.repeat(64);
const tables: Readonly<Record<string, readonly [z.ZodType, Table]>> = {
  'a git repository as Argo CD reaches it': [
    fields.deliveryUrl,
    {
      right: [
        'https://github.com/org/repo.git',
        'ssh://git@github.com:2222/org/repo',
        'git@github.com:org/repo.git',
        'git@github.com:/srv/git/repo.git',
        'deploy.bot@git.example.org:team/sub/fleet',
        'http://gitea.git.svc:3000/team/fleet.git',
        'http://gitea.git.svc.corp.local/team/fleet',
        'https://gitea.git.svc.cluster.local:3000/team/fleet',
      ],
      wrong: {
        'http://github.com/org/repo': /outside of the cluster by https or ssh/,
        'http://gitea.git:3000/team/fleet': /outside of the cluster by https or ssh/,
        'http://svc/team/fleet': /outside of the cluster by https or ssh/,
        'https://user:pw@github.com/org/repo': /without user name or password/,
        'git:pw@github.com:org/repo': /the URL of a git repository/,
        'git@github.com:2222/org/repo': /the URL of a git repository/,
        'git@github.com:': /the URL of a git repository/,
        'github.com:org/repo': /the URL of a git repository/,
        'git@git..example:org/repo': /host name/,
        'git://github.com/org/repo': /the URL of a git repository/,
        '/srv/git/repo': /the URL of a git repository/,
        'ssh://git@github.com:org/repo': /ssh:\/\/git@github\.com\/org\/repo/,
      },
    },
  ],
  'a git repository by https or ssh': [
    fields.gitUrl,
    {
      right: [
        'https://github.com/org/repo',
        'https://git.example.org:8443/a/b.git',
        'https://gitea.git.svc.cluster.local./a/b',
        'https://[2001:db8::1]:8443/a',
        'https://10.0.0.7/a%20b',
        'ssh://git@github.com/org/repo.git',
        'ssh://git@host:2222/path',
        'ssh://host.example/~user/repo',
      ],
      wrong: {
        'ssh://git@github.com:org/repo': /ssh:\/\/git@github\.com\/org\/repo$/,
        'git@github.com:org/repo.git': /: ssh:\/\/git@github\.com\/org\/repo\.git$/,
        'github.com:org/repo': /: ssh:\/\/github\.com\/org\/repo$/,
        'ssh://git:pw@host/path': /without a password/,
        'ssh://-oProxyCommand=x/path': /expected|an https/,
        'https://u:p@github.com/a/b': /without user name or password/,
        'https://token@github.com/a/b': /without user name or password/,
        'https://github.com': /path behind the host is missing/,
        'https://github.com/': /path behind the host is missing/,
        'https:///github.com/a/b': /a host name/,
        'https://github.com:0/a': /port from 1 to 65535/,
        'https://github.com:65536/a': /port from 1 to 65535/,
        'https://github.com:/a': /port from 1 to 65535/,
        'https://github.com/a b': /without blanks/,
        'https://github.com\\a\\b': /with "\/", not "\\"/,
        'https://github.com/a%2': /%25/,
        'https://github.com/a%zz': /%25/,
        'https://github.com/a?b': /without "\?"/,
        'https://github.com/a#b': /without "#"/,
        'https://müller.example/a': /xn--mller-kva\.example/,
        'https://git..example/a': /host name/,
        'https://256.1.1.1/a': /taken for an address/,
        'https://2001:db8::1/a': /brackets|port/,
        'https://[2001:db8::g]/a': /IPv6 in brackets/,
        'HTTPS://github.com/a': /: https:\/\/github\.com\/a$/,
        'github.com/org/repo': /:\/\/github\.com\/org\/repo$/,
        'http://github.com/a/b': /https:\/\//,
        'git://github.com/a/b': /https:\/\//,
        'file:///srv/a': /https:\/\//,
        'C:\\repos\\a': /with "\/"/,
        'https://github.com/a\u0000b': /control characters/,
        'https://github.com/a\nb': /without blanks/,
      },
    },
  ],
  'a git repository by https': [
    fields.gitHttpsUrl,
    {
      right: ['https://github.com/org/repo', 'https://gitea.git.svc:3000/a'],
      wrong: { 'git@github.com:org/repo': /https:\/\//, 'ssh://git@github.com/org/repo': /https:\/\// },
    },
  ],
  'a file by https': [
    fields.httpsUrl,
    {
      right: ['https://hf.co/a/resolve/main/m.gguf?download=true', 'https://hf.co'],
      wrong: { 'https://hf.co/m.gguf#x': /without "#"/, 'http://hf.co/m.gguf': /https:\/\// },
    },
  ],
  'an object storage': [
    fields.httpsOrigin,
    {
      right: ['https://s3.eu-central-1.amazonaws.com', 'https://minio.storage.svc:9000/', 'https://[::1]:9000'],
      wrong: {
        'https://s3.example.org/bucket': /nothing behind host and port/,
        'https://s3.example.org?x=1': /nothing behind/,
        's3.example.org': /: https:\/\/s3\.example\.org$/,
        'minio:9000': /https:\/\//,
      },
    },
  ],
  'a collector of traces': [
    fields.otlpEndpoint,
    {
      right: ['http://collector.monitoring.svc:4317', 'https://[2001:db8::1]:4317/', 'http://collector:4317'],
      wrong: {
        'http://collector.monitoring.svc': /with its port/,
        'http://collector:70000': /port from 1 to 65535/,
        'http://collector:4317/v1/traces': /nothing behind/,
        'grpc://collector:4317': /http:\/\//,
        'http://user@collector:4317': /without user name/,
      },
    },
  ],
  'a host with its port': [
    fields.hostAndPort('host:port of a blackbox exporter'),
    {
      right: ['blackbox-exporter.monitoring.svc:9115', '10.0.0.3:9115', '[::1]:9115'],
      wrong: {
        'exporter:99999': /1 to 65535/,
        exporter: /host:port/,
        'exporter..svc:9115': /host name/,
        '::1:9115': /host/,
      },
    },
  ],
  'a host name': [
    fields.hostname,
    {
      right: ['cluster.local', 'a', 'xn--mller-kva.example', '1.example'],
      wrong: {
        '10.0.0.1': /not an address/,
        '::1': /not an address/,
        '10.1': /taken for an address/,
        '0x7f.1': /taken for an address/,
        'Memories.example.org': /in lower case$/,
        'memories.example.org.': /without a dot at its end/,
        'https://memories.example.org/mcp': /: memories\.example\.org$/,
        'memories.example.org:8080': /without scheme, port/,
        'mémoire.example': /xn--mmoire-bva\.example/,
        'under_score.example': /host name/,
        [`${'a'.repeat(64)}.example`]: /at most 63/,
        [`${'a.'.repeat(130)}example`]: /host name/,
      },
    },
  ],
  'a host name that users ask for': [
    fields.publicHostname,
    {
      right: ['memories.example.org', 'memories.svc.echoes'],
      wrong: { memories: /with its domain/, '10.0.0.1': /not an address/, '*.example.org': /host name/ },
    },
  ],
  'a name or address in a Host header': [
    fields.hostOrAddress,
    {
      right: ['memories', '10.0.0.1', '[2001:db8::1]', 'a.b'],
      wrong: { '2001:db8::1': /\[2001:db8::1\]/, 'a:80': /without scheme, port/, '[10.0.0.1]': /IPv6 in brackets/ },
    },
  ],
  'a pattern of hosts': [
    fields.hostPattern,
    {
      right: ['huggingface.co', '*.hf.co'],
      wrong: { '*': /host name/, 'a.*.co': /host name/, '*.10.0.0.1': /not an address/ },
    },
  ],
  'a network': [
    fields.network,
    {
      right: ['10.0.0.0/8', '0.0.0.0/0', '10.0.0.10/32', '2001:db8::/32', '::/0', 'fd00::1/128', '2001:DB8::/32'],
      wrong: {
        '10.0.0.0/33': /from 0 to 32/,
        '2001:db8::/129': /from 0 to 128/,
        '999.1.1.1/8': /a network such as/,
        '10.0.0/8': /a network such as/,
        '010.0.0.0/8': /a network such as/,
        '10.0.0.0/08': /from 0 to 32/,
        '10.1.2.3/8': /10\.0\.0\.0\/8, or 10\.1\.2\.3\/32/,
        '2001:db8::1/32': /2001:db8::\/32/,
        '::ffff:10.0.0.0/104': /10\.0\.0\.0\/8/,
        '10.0.0.1': /10\.0\.0\.1\/32/,
        'fe80::1%eth0/64': /a network such as/,
        '10.0.0.0/8/8': /a network such as/,
        '10.0.0.0-10.0.0.9': /a network such as/,
      },
    },
  ],
  'bytes of a volume': [
    fields.byteQuantity,
    {
      right: ['1Gi', '1.5Gi', '1e9', '500M', '0.5Ti', '1073741824', '.5Gi', '1E', '128974848000m'],
      wrong: {
        '1': /at least 1Mi/,
        '1e3': /at least 1Mi/,
        '0': /at least 1Mi/,
        '-1Gi': /at least 1Mi/,
        '100m': /thousandths/,
        '10 GB': /written 10G$/,
        '10GB': /written 10G$/,
        '10gb': /written 10G$/,
        '10GiB': /written 10Gi$/,
        '10gi': /written 10Gi$/,
        '10K': /written 10k$/,
        '2Ei': /at most 1Ei/,
        '1e99': /at most 1Ei/,
        '1e999': /a Kubernetes quantity/,
        '1.5.Gi': /a Kubernetes quantity/,
        '0x10': /a Kubernetes quantity/,
        '1_000Gi': /a Kubernetes quantity/,
        Gi: /a Kubernetes quantity/,
        NaN: /a Kubernetes quantity/,
      },
    },
  ],
  'bytes of memory': [
    fields.memoryQuantity,
    { right: ['512Mi', '6Gi', '4Mi'], wrong: { '1': /at least 4Mi/, '512m': /thousandths/, '512Ki': /at least 4Mi/ } },
  ],
  cores: [
    fields.cpuQuantity,
    {
      right: ['250m', '1', '0.5', '1.5', '2e0', '.25', '100000u', '1k'],
      wrong: {
        '0': /more than none/,
        '0m': /more than none/,
        '-1': /more than none/,
        '0.5m': /thousandths/,
        '0.0001': /thousandths/,
        '1Gi': /a unit of bytes/,
        '5000': /at most "4096"/,
        '1 core': /CPU cores/,
        '250M': /a unit of bytes/,
      },
    },
  ],
  'an image': [
    fields.image,
    {
      right: [
        'ghcr.io/a/b:1.2.3',
        `ghcr.io/a/b:1.2.3@sha256:${sha}`,
        'nginx:1',
        'registry:5000/a:1',
        'localhost/a:1',
        '[::1]:5000/a/b:1',
        'registry.example.org/a__b/c-d--e.f:V1_x',
        'registry.example.org/a:latest-alpine',
      ],
      wrong: {
        'https://ghcr.io/a/b:1': /without a scheme: ghcr\.io\/a\/b:1$/,
        'docker://ghcr.io/a/b:1': /without a scheme/,
        'ghcr.io//a:1': /one "\/"/,
        'ghcr.io/A/b:1': /lower case/,
        'ghcr.io/a/b': /the tag is missing/,
        'registry:5000/a': /the tag is missing/,
        [`ghcr.io/a/b@sha256:${sha}`]: /the tag too/,
        'ghcr.io/a/b:1@sha256:12': /64 hexadecimal digits/,
        [`ghcr.io/a/b:1@sha512:${sha}${sha}`]: /64 hexadecimal digits/,
        'ghcr.io/a/b:latest': /"latest" names none/,
        [`ghcr.io/a/b:latest@sha256:${sha}`]: /"latest" names none/,
        'registry:0/a:1': /port from 1 to 65535/,
        'registry:99999/a:1': /port from 1 to 65535/,
        '-a/b:1': /an image/,
        'a_/b:1': /an image/,
        'ghcr.io/a/b:': /an image/,
        'ghcr.io/a/b:.1': /an image/,
        [`ghcr.io/a/b:${'1'.repeat(129)}`]: /an image/,
        [`ghcr.io/${'a'.repeat(256)}:1`]: /255/,
        'ghcr.io/a b:1': /an image/,
      },
    },
  ],
  'a beginning of images': [
    fields.imageBeginning('', 'a registry'),
    {
      right: ['registry.example.org', 'registry.example.org:5000/docker', '[::1]:5000', 'localhost/a_b'],
      wrong: {
        'https://registry.example.org': /a registry/,
        'registry.example.org/': /a registry/,
        'registry.example.org//a': /a registry/,
        'registry.example.org:99999/a': /1 to 65535/,
        'registry.example.org/A': /a registry/,
        '*': /a registry/,
      },
    },
  ],
  'an extended resource': [
    fields.extendedResource,
    {
      right: ['nvidia.com/gpu', 'amd.com/gpu_x'],
      wrong: { gpu: /with a domain/, 'nvidia.com/': /extended/, '/gpu': /extended/ },
    },
  ],
  'a key of a Secret': [
    fields.dataKey,
    {
      right: ['token', 'tls.crt', '.hidden', 'a_b-C'],
      wrong: { '..': /key/, '.': /key/, '..a': /key/, 'a b': /key/, '': /key/ },
    },
  ],
  'a path': [
    fields.relativePath,
    {
      right: ['deploy/k8s/overlays/goddess', '.qdrantignore', 'a..b/c'],
      wrong: {
        '/etc': /without "\/" at its start/,
        'a/': /without "\/" at its end/,
        'a/../b': /without "\." and "\.\."/,
        '..': /without "\."/,
        './a': /without "\."/,
        'C:\\a': /with "\/"/,
        'deploy\\k8s': /with "\/"/,
        'a//b': /relative path/,
      },
    },
  ],
};

for (const [what, [field, { right, wrong }]] of Object.entries(tables)) {
  describe(`the field for ${what}`, () => {
    for (const value of right) {
      it(`takes ${value}`, () => assert.equal(said(field, value), ''));
    }
    for (const [value, message] of Object.entries(wrong)) {
      it(`refuses ${JSON.stringify(value)} with the reason`, () => assert.match(said(field, value), message));
    }
  });
}

describe('labels', () => {
  it('have keys with or without a domain, and short values', () => {
    const right = { app: 'a', 'app.kubernetes.io/name': 'A_b.c', [`${'a'.repeat(63)}`]: '', 'x.y/Z': '1' };
    assert.equal(said(fields.labels, right), '');
  });
  for (const [key, value] of [
    ['-a', 'x'],
    ['a/b/c', 'x'],
    ['A.b/c', 'x'],
    ['a..b/c', 'x'],
    ['/c', 'x'],
    ['a/', 'x'],
    ['a'.repeat(64), 'x'],
    [`${'a.'.repeat(127)}/c`, 'x'],
    ['a', '-x'],
    ['a', 'x'.repeat(64)],
    ['a', 'x y'],
  ] as const) {
    it(`are not ${key.slice(0, 20)}: ${value.slice(0, 20)}`, () =>
      assert.notEqual(said(fields.labels, { [key]: value }), ''));
  }
});

describe('requests and limits', () => {
  const field = fields.resources({ cpu: '250m', memory: '512Mi', memoryLimit: '1Gi' });
  const right = [
    {},
    { cpu: '1', cpuLimit: '1000m' },
    { memory: '1024Mi' },
    { memory: '1073741824', memoryLimit: '1Gi' },
  ];
  const wrong = [{ memory: '2Gi' }, { cpu: '0.2', cpuLimit: '100m' }, { memory: '1025Mi' }, { memoryLimit: '500M' }];
  for (const values of right) it(`may be ${JSON.stringify(values)}`, () => assert.equal(said(field, values), ''));
  for (const values of wrong) {
    it(`may not be ${JSON.stringify(values)}`, () =>
      assert.match(said(field, values), /at most the limit, (memory|cpu)Limit/));
  }
});

describe('names of git', () => {
  const names =
    'main feature/x a.b a@b @ a@{b .a a/.b a.lock a.lock/b a..b a//b /a a/ a. a~b a^b a:b a?b a*b a[b a\\b -a HEAD a/HEAD é 2024-08-28 v1.0';
  // What git itself says; each name costs it two milliseconds.
  const git = (...args: string[]) => spawnSync('git', ['check-ref-format', ...args]).status === 0;
  for (const name of [...names.split(' '), 'a b', 'a\tb', 'a\u007fb', 'a\u0001b', '']) {
    it(`are taken as git takes ${JSON.stringify(name)}`, () => {
      assert.equal(said(fields.gitBranch, name) === '', git('--branch', name));
      // A reference may be HEAD besides.
      assert.equal(said(fields.gitReference, name) === '', git('--allow-onelevel', name) && !name.startsWith('-'));
    });
  }
  it('come without the folder of branches, which git would put in front once more', () => {
    assert.match(said(fields.gitBranch, 'refs/heads/main'), /without refs\/heads\//);
  });
});
