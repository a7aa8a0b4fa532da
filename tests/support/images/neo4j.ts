import { dirname, join } from 'node:path';
import type { Image, ImageFiles } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { javaHome, javaPackages } from '../contract/java-packages';
import { debianSlimFiles } from './debian-slim';
import { accounts, folderFiles, path } from './parts';

const owner = [7474, 7474] as const;
const home = '/var/lib/neo4j';
const java = '/opt/java/openjdk';

/** Of the settings that the distribution has, some of those for Java. */
const settings = `server.jvm.additional=-XX:+UseG1GC
server.jvm.additional=-XX:+AlwaysPreTouch
server.jvm.additional=-Dio.netty.tryReflectionSetAccessible=true
server.jvm.additional=--add-opens=java.base/java.nio=ALL-UNNAMED
server.jvm.additional=--enable-native-access=ALL-UNNAMED
server.jvm.additional=-Dlog4j2.disable.jmx=true
`;

/** What starts a class of the library, with what the image's own scripts give it. */
const starts = (mainClass: string, options = '') => ({
  text: `#!/bin/sh -eu\nexec "$JAVA_HOME/bin/java" \${JAVA_OPTS:-} ${options}-cp "$NEO4J_HOME/lib/*" ${mainClass} "$@"\n`,
  executable: true,
});

/**
 * Neo4j, Community Edition, and its shell of the repository of Java as the official image has them, with this machine's Java;
 * without the entrypoint, which the plan does not use.
 *
 * @see https://github.com/neo4j/docker-neo4j/blob/dev/docker-image-src/5/coredb/Dockerfile-debian
 */
export async function neo4j(name: string): Promise<Image> {
  const packages = await javaPackages('neo4j', join(__dirname, '..', 'neo4j'));
  return {
    name,
    files: {
      ...accounts({ neo4j: { ids: owner, home } }),
      ...(await debianSlimFiles()),
      ...(await javaFiles()),
      // What LANG names below.
      ...folderFiles('/usr/lib/locale/C.utf8', '/usr/lib/locale/C.utf8'),
      ...folderFiles(`${home}/lib`, packages),
      [`${home}/bin/neo4j`]: starts('org.neo4j.server.startup.Neo4jCommand', `-Dbasedir="$NEO4J_HOME" `),
      [`${home}/bin/cypher-shell`]: starts('org.neo4j.shell.Main'),
      [`${home}/conf/neo4j.conf`]: { text: settings, owner },
      '/data': { folder: { mode: 0o777 }, owner },
      '/logs': { folder: { mode: 0o777 }, owner },
      [`${home}/data`]: { link: '/data' },
      [`${home}/logs`]: { link: '/logs' },
      ...Object.fromEntries(['conf', 'import', 'plugins'].map((each) => [`${home}/${each}`, { folder: {}, owner }])),
    },
    config: {
      Env: [
        `${path}:${home}/bin:${java}/bin`,
        `JAVA_HOME=${java}`,
        `NEO4J_HOME=${home}`,
        'NEO4J_EDITION=community',
        'LANG=C.UTF-8',
      ],
      Cmd: ['neo4j'],
      WorkingDir: home,
    },
  };
}

/** Of this machine's Java what a server runs on: nothing that draws, and nothing that builds. */
async function javaFiles(): Promise<ImageFiles> {
  const own = javaHome();
  const left = /^(src\.zip|ct\.sym|lib(awt|fontmanager|lcms|javajpeg|jsound|mlib|splashscreen|saproc|atk-wrapper).*)$/;
  const [program, machine] = [join(own, 'bin/java'), join(own, 'lib/server/libjvm.so')];
  const folders = [join(own, 'lib'), dirname(machine)];
  const libraries = await librariesOf([program, machine, join(own, 'lib/libzip.so')], folders.join(':'));
  return {
    ...Object.fromEntries(
      Object.entries(libraries).filter(([, content]) => !('from' in content && content.from.startsWith(own))),
    ),
    ...folderFiles(`${java}/lib`, join(own, 'lib'), [0, 0], (each) => left.test(each)),
    ...folderFiles(`${java}/conf`, join(own, 'conf')),
    [`${java}/bin/java`]: { from: program },
  };
}
