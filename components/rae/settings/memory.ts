import { z } from 'zod';
import { integer, text } from '../../../config/fields';

const share = (about: string) => z.number().min(0).max(1).describe(about);
const day = 'in days';

/** How memories age, and what is made of them: each key is read by running code. */
export const memory = z
  .strictObject({
    retentionDays: integer(0, 36_500)
      .default(0)
      .describe(
        `Age at which episodic memories are deleted by the daily prune, ${day}; 0 = never. Upstream's own default is 30, and the pinned version fails before it deletes: a version that mends this deletes at once.`,
      ),
    decayRate: share('Share of its strength that a memory loses each hour.').default(0.01),
    baseDecayRate: share('Share of the importance that a memory loses at least.').default(0.001),
    accessBoost: z.boolean().default(true).describe('Whether memories that are read lose less.'),
    reflections: z
      .enum(['full', 'lite', 'off'], { error: '"full", "lite" or "off"' })
      .default('full')
      .describe('Whether insights are drawn from memories, and how many: "full" also dreams.'),
    reflectionMinImportance: share('Least importance of memories from which insights are drawn.').default(0.3),
    dreaming: z
      .strictObject({
        lookbackHours: integer(1, 8760).default(24).describe('Time that is looked back over, in hours.'),
        minImportance: share('Least importance of what is dreamt of.').default(0.6),
        maxSamples: integer(1, 1000).default(20).describe('Memories of one dream at most.'),
      })
      .prefault({})
      .describe('Dreaming, with reflections "full" alone.'),
    summaries: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether sessions are summed up.'),
        minEvents: integer(1, 100_000).default(10).describe('Events of a session that is summed up.'),
      })
      .prefault({})
      .describe('Summaries of sessions.'),
  })
  .prefault({})
  .describe('How memories age, and what is made of them.');

const dollars = text(/^\d{1,9}(\.\d{1,2})?$/, 'an amount of dollars as text, such as "10.00"');

/** What the application is told of cost. */
export const cost = z
  .strictObject({
    tracking: z
      .boolean()
      .default(true)
      .describe('Whether the guard of budgets runs (ENABLE_COST_TRACKING). The pinned version enforces nothing.'),
    dailyLimit: dollars
      .default('10.00')
      .describe('Budget of a day in dollars (DEFAULT_DAILY_LIMIT). Passed on; the pinned version does not read it.'),
    monthlyLimit: dollars
      .default('100.00')
      .describe(
        'Budget of a month in dollars (DEFAULT_MONTHLY_LIMIT). Passed on; the pinned version does not read it.',
      ),
    budgetAlerts: z
      .boolean()
      .default(false)
      .describe(
        'Whether alerts go off at 80 and 95 % of a monthly budget; refused for versions that tell of no budget.',
      ),
    warningThreshold: share(
      'Share of a budget at which to warn (BUDGET_WARNING_THRESHOLD). Passed on; the pinned version does not read it.',
    ).default(0.8),
  })
  .prefault({})
  .describe(
    'Cost control. No version enforces budgets: bound cost by authentication.requestsPerMinute, by the keys that are given, and at the providers.',
  );
