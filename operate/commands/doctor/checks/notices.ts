import { noticesOf } from '../../../../policies/notices';
import { type Check, warning } from '../check';

/** What the plan itself leaves open, without a look at the cluster. */
export const notices: Check = ({ stack }) =>
  noticesOf(stack.plan).map(({ found, path, remedy, subject }) => ({
    subject: `${path}: ${subject}`,
    answer: () => warning(found, remedy),
  }));
