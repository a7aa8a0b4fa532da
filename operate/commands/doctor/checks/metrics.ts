import { objectsOf } from '../../../stack/plan-objects';
import { type Check, missing, ok } from '../check';

const api = 'metrics.k8s.io/v1beta1';

/** An autoscaler without the metrics API never scales. */
export const metrics: Check = ({ look, stack }) =>
  objectsOf(stack.plan, 'HorizontalPodAutoscaler').length === 0
    ? []
    : [
        {
          subject: 'metrics for autoscaling',
          answer: async () => {
            // A server behind the API that is down is answered for with an error, not with "there is none".
            const served = await look.kinds(api).catch((error: Error) => error);
            const failed = served instanceof Error;
            if (!failed && served.length > 0) return ok(`served as ${api}`);
            const why = failed ? `${api} does not answer: ${served.message}` : `${api} is not served`;
            return missing(why, 'install metrics-server, or mend it');
          },
        },
      ];
