/* cli/main.c: the one place that exits. */
#include "base/job.h"

int main(void)
{
	return 0;
}
