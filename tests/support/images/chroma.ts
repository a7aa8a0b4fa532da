import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { pythonPackage } from '../contract/python-package';
import { extensionsBelow, folderFiles } from './parts';
import { python } from './python';

const version = '0.6.3';

/** What the image was built with, as far as Chroma works with no later version or the wheel is large. */
const pins = [
  `chromadb==${version}`,
  ...['fastapi==0.115.6', 'starlette==0.41.3', 'pydantic==2.10.5', 'uvicorn[standard]==0.34.0'],
  ...[
    'posthog==3.8.3',
    'onnxruntime==1.20.1',
    'numpy==1.26.4',
    'opentelemetry-api==1.29.0',
    'opentelemetry-sdk==1.29.0',
  ],
  ...['opentelemetry-exporter-otlp-proto-grpc==1.29.0', 'opentelemetry-instrumentation-fastapi==0.50b0'],
];

/** Hundreds of megabytes that a server without embedding functions never imports. */
const left = /^(kubernetes|hf_xet|pip|pygments|sympy|bin|__pycache__)$/;

/** The folder of Chroma in the image is root's, and a server that is not root's writes to what is mounted alone. */
const home = '/chroma';

const entrypoint = `#!/bin/sh
set -e
export IS_PERSISTENT=1 CHROMA_SERVER_NOFILE=65535
exec uvicorn chromadb.app:app $(eval echo "$@")
`;

const uvicorn = `#!/usr/local/bin/python3
import sys
from uvicorn.main import main
sys.exit(main())
`;

/**
 * Chroma of the package index as the official image has it.
 *
 * @see https://github.com/chroma-core/chroma/blob/0.6.3/Dockerfile
 */
export async function chroma(name: string): Promise<Image> {
  const [base, packages] = [await python(name), await pythonPackage('chromadb', pins, pins.join())];
  const library = Object.keys(base.files).find((file) => /^\/usr\/local\/lib\/python[\d.]+$/.test(file));
  return {
    name,
    files: {
      ...base.files,
      ...(await librariesOf(extensionsBelow(packages, (each) => left.test(each)))),
      ...folderFiles(`${library}/site-packages`, packages, [0, 0], (each) => left.test(each)),
      '/usr/local/bin/uvicorn': { text: uvicorn, executable: true },
      [home]: { folder: {} },
      '/docker_entrypoint.sh': { text: entrypoint, executable: true },
    },
    config: {
      Env: [
        ...(base.config.Env ?? []),
        'CHROMA_HOST_ADDR=0.0.0.0',
        'CHROMA_HOST_PORT=8000',
        'CHROMA_WORKERS=1',
        'CHROMA_LOG_CONFIG=chromadb/log_config.yml',
        'CHROMA_TIMEOUT_KEEP_ALIVE=30',
      ],
      Entrypoint: ['/docker_entrypoint.sh'],
      Cmd: [
        '--workers $CHROMA_WORKERS --host $CHROMA_HOST_ADDR --port $CHROMA_HOST_PORT --proxy-headers --log-config $CHROMA_LOG_CONFIG --timeout-keep-alive $CHROMA_TIMEOUT_KEEP_ALIVE',
      ],
      WorkingDir: home,
    },
  };
}
