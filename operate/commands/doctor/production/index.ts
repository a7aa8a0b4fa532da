import type { ProductionTopic } from '../../../../components/system/production';
import type { Finding } from '../../../report/report';
import { broughtPoints } from './brought';
import { cost } from './cost';
import { infrastructure } from './infrastructure';
import { monitoring } from './monitoring';
import { operations } from './operations';
import { performance } from './performance';
import { type Inspected, type Points, verdict } from './point';
import { reliability } from './reliability';
import { scaling } from './scaling';
import { security } from './security';

/** Every topic in the order of the report, with the points that hold for every system. */
const topics: Readonly<Record<ProductionTopic, Points>> = {
  infrastructure,
  security,
  cost,
  scaling,
  monitoring,
  reliability,
  performance,
  operations,
};

/** What was found about the points of a topic. */
export interface Checked {
  readonly topic: ProductionTopic;
  readonly findings: readonly Finding[];
}

/** What is found about every point of the checklist, those that systems bring beside the others. */
export async function checklist(inspected: Inspected): Promise<readonly Checked[]> {
  const names = Object.keys(topics) as ProductionTopic[];
  return Promise.all(
    names.map(async (topic) => {
      const questions = [...topics[topic](inspected), ...broughtPoints(inspected, topic)];
      return { topic, findings: await Promise.all(questions.map(verdict)) };
    }),
  );
}

/** The points of all topics, each by its topic. */
export function findingsOf(checked: readonly Checked[]): readonly Finding[] {
  return checked.flatMap(({ findings, topic }) =>
    findings.map(({ subject, ...rest }) => ({ subject: `${topic}: ${subject}`, ...rest })),
  );
}
