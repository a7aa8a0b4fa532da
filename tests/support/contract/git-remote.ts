import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generate } from 'selfsigned';
import { runChild } from '../../../operate/base/child';
import { required } from './missing';

/**
 * A git hosting service: bare repositories behind https, for whoever has the token, as GitHub has it (user
 * `x-access-token`, the token as password). The server of the plan speaks to it as to the real one.
 */
export class GitRemote {
  /** The token that it takes. */
  token = 'token-of-the-remote';
  /** Certificate for the client to trust. */
  readonly certificateFile: string;
  readonly #folder: string;
  readonly #git: string;
  readonly #server: Server;
  /** Status with which every request is refused; undefined while the service works. */
  refuseWith: number | undefined;
  /** How many requests have come, refused ones included. */
  requests = 0;

  private constructor(
    folder: string,
    git: string,
    server: Server,
    private readonly host: string,
  ) {
    this.#folder = folder;
    this.#git = git;
    this.#server = server;
    this.certificateFile = join(folder, 'certificate.pem');
  }

  /**
   * @param host name or address that it is reached by, of an address of this machine. @default localhost
   * @throws Missing where there is no git
   */
  static async started(host = 'localhost'): Promise<GitRemote> {
    const git = required('git', 'install the package git');
    const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-remote-'));
    // The git library of memory-mcp 0.17.1 refuses the very address that it asked for, and takes any other for it.
    const addresses = [host, '192.0.2.1'].map((ip) => ({ type: 7 as const, ip }));
    const altNames = isIP(host) ? addresses : [{ type: 2 as const, value: host }];
    const pems = await generate([{ name: 'commonName', value: host }], {
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames },
      ],
    });
    const server = createServer({ key: pems.private, cert: pems.cert });
    const remote = new GitRemote(folder, git, server, host);
    writeFileSync(remote.certificateFile, pems.cert);
    server.on('request', (request, response) => remote.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, isIP(host) ? host : '127.0.0.1', resolve));
    return remote;
  }

  /** Makes an empty repository. */
  async create(name: string): Promise<void> {
    mkdirSync(join(this.#folder, 'repositories'), { recursive: true });
    await this.#run(['init', '--bare', '--quiet', '--initial-branch=main', this.#path(name)]);
  }

  url(name: string): string {
    return `https://${this.host}:${(this.#server.address() as AddressInfo).port}/${name}.git`;
  }

  /** The commit that a branch points at; undefined where there is no such branch. */
  async head(name: string, branch = 'main'): Promise<string | undefined> {
    const git = ['--git-dir', this.#path(name), 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`];
    const { stdout } = await runChild(this.#git, git, { env: this.#environment() });
    return stdout.trim() || undefined;
  }

  /** Names of the files on a branch. */
  async files(name: string, branch = 'main'): Promise<string[]> {
    const out = await this.#run(['--git-dir', this.#path(name), 'ls-tree', '-r', '--name-only', branch]);
    return out.split('\n').filter((line) => line !== '');
  }

  /** Adds a commit with these files; a file without content is removed. */
  async commit(name: string, files: Readonly<Record<string, string | undefined>>, branch = 'main'): Promise<void> {
    const tree = mkdtempSync(join(this.#folder, 'tree-'));
    const git = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-C', tree];
    await this.#run(['clone', '--quiet', this.#path(name), tree]);
    for (const [file, content] of Object.entries(files)) {
      if (content === undefined) rmSync(join(tree, file));
      else {
        mkdirSync(dirname(join(tree, file)), { recursive: true });
        writeFileSync(join(tree, file), content);
      }
    }
    await this.#run([...git, 'add', '--all']);
    await this.#run([...git, 'commit', '--quiet', '--message', 'by the test']);
    await this.#run([...git, 'push', '--quiet', 'origin', `HEAD:${branch}`]);
  }

  /** The certificate itself. */
  get certificate(): string {
    return readFileSync(this.certificateFile, 'utf8');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const expected = `Basic ${Buffer.from(`x-access-token:${this.token}`).toString('base64')}`;
    this.requests++;
    if (this.refuseWith !== undefined) {
      response.writeHead(this.refuseWith).end();
    } else if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    } else {
      this.#serve(request, response);
    }
  }

  /** Hands a request to git's own server, a CGI program. */
  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? '/', 'https://localhost');
    const encoding = request.headers['content-encoding'];
    const child = spawn(this.#git, ['http-backend'], {
      env: {
        ...this.#environment(),
        GIT_PROJECT_ROOT: join(this.#folder, 'repositories'),
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'x-access-token',
        REQUEST_METHOD: request.method ?? 'GET',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(encoding ? { HTTP_CONTENT_ENCODING: encoding } : {}),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.once('close', () => passOn(Buffer.concat(parts), response));
  }

  #path(name: string): string {
    return join(this.#folder, 'repositories', `${name}.git`);
  }

  async #run(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runChild(this.#git, args, { env: this.#environment() });
    if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Without the settings of whoever runs the tests. */
  #environment(): Record<string, string> {
    const nowhere = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: this.#folder };
    return { PATH: process.env.PATH ?? '', ...nowhere };
  }
}

/** Turns the answer of a CGI program into one of HTTP. */
function passOn(answer: Buffer, response: ServerResponse): void {
  const end = answer.indexOf('\r\n\r\n');
  const headers = answer
    .subarray(0, Math.max(end, 0))
    .toString()
    .split('\r\n')
    .map((line) => line.split(/: */, 2) as [string, string]);
  const status = headers.find(([name]) => name === 'Status')?.[1];
  response.writeHead(
    end < 0 ? 500 : Number.parseInt(status ?? '200', 10),
    headers.filter(([name]) => name !== 'Status').flat(),
  );
  response.end(answer.subarray(end + 4));
}
