package words

// chinese translates formats for Say, and plural nouns for Count.
var chinese = map[string]string{}
