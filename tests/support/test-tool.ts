import { fleetHome } from '../../operate/base/fleet-home';
import { obtainTools, toolPath } from '../../operate/toolchain';
import { toolsInWords } from '../../operate/toolchain/go';
import type { testTools } from '../../operate/toolchain/manifest';

/** Path of a tool that only tests need. It is obtained as every other tool is, at the first time built. */
export async function testToolPath(projectDir: string, name: (typeof testTools)[number]): Promise<string> {
  const tools = await obtainTools({
    home: fleetHome(),
    projectDir,
    names: [name],
    onEvent: (event) => {
      if (event.kind === 'building') console.log(`    building ${toolsInWords(event.pins)}`);
    },
  });
  return toolPath(tools, name);
}
