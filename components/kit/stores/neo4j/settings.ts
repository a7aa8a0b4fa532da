import { image, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import { volume } from '../../settings/volume';

export interface Neo4jSettingsArgs {
  /** Size of the volume by default, a quantity in bytes. */
  readonly size: string;
}

/** Keys of a Neo4j that a system brings along. Its password is among the secrets of the system. */
export const neo4jSettings = ({ size }: Neo4jSettingsArgs) => ({
  image: promoted(
    image
      .default('docker.io/library/neo4j:5.26.30-community')
      .describe(
        'Image of Neo4j 5.26, Community Edition, built like the official one. An earlier version does not read the files of a later one.',
      ),
  ),
  storage: volume(size, 'The volume with the graph: block storage, for one node at a time.'),
  resources: promoted(
    resources({ cpu: '500m', memory: '512Mi', cpuLimit: '2', memoryLimit: '2Gi' }).describe(
      'Resources of Neo4j. Of the memory limit, 512Mi or an eighth are for Java itself; two thirds of the rest are its heap, one is the page cache.',
    ),
  ),
});
