import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const region = 'eu-test-1';

/** An answer that is no success. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

/**
 * A bucket that speaks S3: objects, their list in short pages, and uploads in parts. It takes no request without a
 * signature (AWS Signature Version 4) that it has come to itself, over the content that came.
 */
export class FakeS3 {
  readonly bucket = 'backups';
  readonly accessKeyId = 'AKIDTEST';
  readonly secretAccessKey = 'se"cret\\of/the+bucket';
  readonly objects = new Map<string, Buffer>();
  /** Uploads that were never completed, by their id. */
  readonly uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  readonly seen: string[] = [];
  /** Code of S3 with which a request is refused, with its status. */
  refuse: (request: { readonly method: string; readonly key: string }) => readonly [number, string] | undefined = () =>
    undefined;
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  static async started(): Promise<FakeS3> {
    const fake = new FakeS3();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get settings(): Record<string, string> {
    return {
      S3_ENDPOINT: this.url,
      S3_BUCKET: this.bucket,
      S3_REGION: region,
      S3_PREFIX: 'fleet/qdrant',
      S3_ACCESS_KEY_ID: this.accessKeyId,
      S3_SECRET_ACCESS_KEY: this.secretAccessKey,
    };
  }

  /** The keys in their order. */
  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const method = request.method ?? '';
    const key = decodeURIComponent(path).replace(`/${this.bucket}`, '').replace(/^\//, '');
    this.seen.push(`${method} ${key}`);
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      const refused = this.refuse({ method, key });
      if (refused) throw new Refusal(...refused);
      if (!path.startsWith(`/${this.bucket}`)) throw new Refusal(404, 'NoSuchBucket');
      this.#verify(request, path, query, body);
      this.#answer(method, key, new URLSearchParams(query), body, response);
    } catch (error) {
      const { code, status } = error instanceof Refusal ? error : { code: String(error), status: 500 };
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>said by the bucket</Message></Error>`);
    }
  }

  /** Comes to the signature by itself, as the description of Signature Version 4 has it. */
  #verify({ headers, method }: IncomingMessage, path: string, query: string, body: Buffer): void {
    const form =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
    const [, id, day = '', where = '', signed = '', signature] = form.exec(headers.authorization ?? '') ?? [];
    if (id === undefined) throw new Refusal(403, 'AccessDenied');
    if (id !== this.accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId');
    const hash = String(headers['x-amz-content-sha256']);
    if (hash !== sha256(body)) throw new Refusal(400, 'XAmzContentSHA256Mismatch');
    const names = signed.split(';');
    for (const needed of ['host', 'x-amz-content-sha256', 'x-amz-date']) {
      if (!names.includes(needed)) throw new Refusal(403, 'SignatureDoesNotMatch');
    }
    const canonical = [
      method,
      path,
      query.split('&').sort().join('&'),
      ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
      '',
      signed,
      hash,
    ].join('\n');
    const date = String(headers['x-amz-date']);
    const scope = `${day}/${where}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', date, scope, sha256(Buffer.from(canonical))].join('\n');
    const keys = [day, where, 's3', 'aws4_request'];
    const key = keys.reduce<Buffer>((last, each) => hmac(last, each), Buffer.from(`AWS4${this.secretAccessKey}`));
    const isNow =
      Math.abs(Date.now() - Date.parse(date.replace(/(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3:$4:$5Z'))) <
      900_000;
    if (where !== region || !isNow || hmac(key, text).toString('hex') !== signature) {
      throw new Refusal(403, 'SignatureDoesNotMatch');
    }
  }

  #answer(method: string, key: string, query: URLSearchParams, body: Buffer, response: ServerResponse): void {
    const upload = query.get('uploadId');
    if (key === '') return void response.end(query.has('uploads') ? this.#listUploads(query) : this.#list(query));
    if (upload !== null || query.has('uploads')) {
      this.#inParts(method, key, query, body, response);
      return;
    }
    if (method === 'PUT') {
      this.objects.set(key, body);
      return void response.writeHead(200, { etag: '"whole"' }).end();
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = this.objects.get(key);
    if (!found) throw new Refusal(404, 'NoSuchKey');
    response.end(found);
  }

  #list(query: URLSearchParams): string {
    if (query.get('list-type') !== '2') throw new Refusal(400, 'InvalidArgument');
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const matching = this.keys
      .filter((key) => key.startsWith(prefix))
      .filter((key) => delimiter === null || !key.slice(prefix.length).includes(delimiter));
    const from = Number(query.get('continuation-token')?.replace('after/', '') ?? 0);
    const page = matching.slice(from, from + 2);
    const contents = page.map(
      (key) => `<Contents><Key>${key}</Key><Size>${this.objects.get(key)?.length}</Size></Contents>`,
    );
    const more = from + 2 < matching.length ? `<NextContinuationToken>after/${from + 2}</NextContinuationToken>` : '';
    return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${contents.join('')}${more}</ListBucketResult>`;
  }

  #listUploads(query: URLSearchParams): string {
    const uploads = [...this.uploads].filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''));
    const each = uploads.map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`);
    return `<ListMultipartUploadsResult>${each.join('')}</ListMultipartUploadsResult>`;
  }

  #inParts(method: string, key: string, query: URLSearchParams, body: Buffer, response: ServerResponse): void {
    const id = query.get('uploadId') ?? `${randomUUID()}/+=`;
    if (query.has('uploads')) {
      this.uploads.set(id, { key, parts: new Map() });
      return void response.end(
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    const upload = this.uploads.get(id);
    if (!upload) throw new Refusal(404, 'NoSuchUpload');
    if (method === 'DELETE') {
      this.uploads.delete(id);
      return void response.writeHead(204).end();
    }
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return void response.writeHead(200, { etag: `"${sha256(body)}"` }).end();
    }
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"(\w+)"<\/ETag>/g)];
    const parts = named.map(([, number, tag]) => {
      const part = upload.parts.get(Number(number));
      if (!part || sha256(part) !== tag) throw new Refusal(400, 'InvalidPart');
      return part;
    });
    this.objects.set(key, Buffer.concat(parts));
    this.uploads.delete(id);
    response.end('<CompleteMultipartUploadResult/>');
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
