import { join } from 'node:path';
import type { Image, PackedImage } from '../../../operate/oci/image';
import { packed, repositoryOf } from '../images';
import { python } from '../images/python';

const program = { from: join(__dirname, 'placeholder.py') };

/**
 * Images whose programs no package registry has: those of Context Engine. What stands in their place answers probes, so that
 * everything around it runs as planned: users, volumes, the project's own scripts before and beside it, proxies and Services.
 * Nothing is shown of the programs themselves.
 */
const files: Readonly<Record<string, Image['files']>> = {
  'registry.example.org/context-engine': engineFiles(),
  'registry.lab.example.org/context-engine': engineFiles(),
};

/** Whether there is such a placeholder for an image. */
export function hasPlaceholder(name: string): boolean {
  return repositoryOf(name) in files;
}

/** @throws Missing where this machine has no Python */
export async function placeholder(name: string): Promise<PackedImage> {
  const { config, files: base } = await python(name);
  return packed({ name, files: { ...base, ...files[repositoryOf(name)] }, config: { ...config, User: '1000:1000' } });
}

function engineFiles(): Image['files'] {
  const scripts = ['ingest_code', 'mcp_indexer_server', 'mcp_memory_server', 'watch_index'];
  return Object.fromEntries(scripts.map((script) => [`/app/scripts/${script}.py`, program]));
}
