/* benchmarks/empty.c: the program that does nothing, linked as kvendor is: what a start costs at least. */
int main(void)
{
	return 0;
}
