import { scheduleOf } from '../schedule';
import { text } from './text';

/** A schedule as the CronJobs of Kubernetes read it. */
export const cronSchedule = text(
  /^(@[a-z]+( +[0-9.a-zµ]+)?|\s*(\S+\s+){4}\S+\s*)$/,
  'a cron schedule of five fields, such as "17 * * * *"',
  256,
  (value) => {
    const found = scheduleOf(value);
    return 'fault' in found ? found.fault : undefined;
  },
);
