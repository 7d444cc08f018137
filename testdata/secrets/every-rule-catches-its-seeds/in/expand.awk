# A seed of one rule becomes a text of its form: "%a36" is 36 letters and digits, and so on. Equal draws give equal texts.
function chance() { state = (state * 1103515 + 12345) % 2147483648; return state / 2147483648 }
function draw(class, n,    out, letters) {
	letters = classes[class]
	while (n-- > 0)
		out = out substr(letters, 1 + int(chance() * length(letters)), 1)
	return out
}
BEGIN {
	lower = "abcdefghijklmnopqrstuvwxyz"; upper = toupper(lower); digits = "0123456789"; state = seed * 7919
	classes["d"] = digits; classes["h"] = digits "abcdef"; classes["l"] = lower digits; classes["u"] = upper digits
	classes["a"] = upper lower digits; classes["A"] = upper lower; classes["b"] = upper lower digits "+/"
	classes["w"] = upper lower digits "_-"; classes["k"] = upper "234567"; classes["q"] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	print "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seeds}\ndata:"
}
{
	text = substr($0, length($1) + 2)
	while (match(text, /%[a-zA-Z][0-9]+/))
		text = substr(text, 1, RSTART - 1) draw(substr(text, RSTART + 1, 1), substr(text, RSTART + 2, RLENGTH - 2)) \
			substr(text, RSTART + RLENGTH)
	printf "  key%d: \"%s\"\n", NR, text
	print text > drawn
}
