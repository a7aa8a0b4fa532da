import { z } from 'zod';
import { httpsUrl, objectName, text } from '../../../config/fields';

const sha256 = text(/^[0-9a-f]{64}$/, 'a SHA-256 checksum: 64 hexadecimal digits');

/** How llama.cpp names the parts of a model: `<name>-00001-of-00003.gguf`. It is told the first and finds the others beside it. */
const partName = /-(\d{5})-of-(\d{5})\.gguf$/;

/** Most parts of one model; those that are published have some dozens. */
const mostParts = 200;

/** Number of a part and of all parts, where a name is that of one. */
function partOf(name: string): { readonly part: number; readonly parts: number } | undefined {
  const found = partName.exec(name);
  return found ? { part: Number(found[1]), parts: Number(found[2]) } : undefined;
}

/** The model of llama.cpp. */
export const model = z
  .strictObject({
    url: httpsUrl
      .default('https://huggingface.co/Qwen/Qwen2.5-1.5B-Instruct-GGUF/resolve/main/qwen2.5-1.5b-instruct-q8_0.gguf')
      .describe(
        'Where the model is fetched from, once; GGUF format. Of a model in parts, where the first is (-00001-of-00003.gguf): the others are fetched from beside it. A Service of the cluster is named with .svc.',
      ),
    file: text(/^(?!\.)[\w.-]+\.gguf$/, 'a file name that ends in .gguf and begins with no dot', 240)
      .default('qwen2.5-1.5b-instruct-q8_0.gguf')
      .describe('Name of the file on the volume; of a model in parts, of the first.'),
    sha256: sha256.optional().describe('Checksum of a model in one file. Default: only format and length are checked.'),
    partsSha256: z
      .array(sha256)
      .optional()
      .describe(
        'Checksums of all parts of a model in parts, in their order. Default: only format and length are checked.',
      ),
    secretName: objectName
      .optional()
      .describe('Secret with the key `token`, for a model that asks for one. Default: none, the model is public.'),
  })
  .superRefine(({ file, partsSha256, sha256: single, url }, context) => {
    const problem = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    // By its letters: this runs beside the check of the URL itself.
    const name =
      url
        .replace(/[?#].*$/s, '')
        .split('/')
        .at(-1) ?? '';
    const [there, here] = [partOf(name), partOf(file)];
    if (there && (there.part !== 1 || there.parts < 1 || there.parts > mostParts)) {
      const first = name.replace(partName, `-00001-of-${name.slice(-'00000.gguf'.length)}`);
      problem('url', `the URL of the first part, ${first}, of at most ${mostParts}: the others are found by its name`);
    } else if (there && (here?.part !== 1 || here.parts !== there.parts)) {
      problem(
        'file',
        `a name that ends in ${partName.exec(name)?.[0]}, as that of the URL does: llama.cpp finds the other parts by it`,
      );
    } else if (!there && here) {
      problem('file', 'a name without the number of a part: the URL is that of one file');
    }
    if (there && single !== undefined) problem('sha256', 'none, and partsSha256 instead: the model is in parts');
    if (!there && partsSha256 !== undefined) problem('partsSha256', 'none, and sha256 instead: the model is one file');
    if (there && partsSha256 !== undefined && partsSha256.length !== there.parts) {
      problem('partsSha256', `${there.parts} checksums, one for each part`);
    }
  })
  .prefault({})
  .describe('The model.');
