package data

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Reviews returns synthetic film reviews, in place of those of [IMDB] where there
// is no network: 8,000 to train with and 2,000 others, which a grammar has written
// from a fixed seed. Options are as for IMDB.
//
// A review says two to four opinions, among sentences that say none. An opinion
// counts twice with an emphasis ("very", "utterly"), and turns around with a
// negation ("not a bad film at all", "hardly moving"). The review is of the side
// that weighs more. What happens in a story ("a terrible murder") is no opinion.
// So words alone say little, and their order decides.
func Reviews(options ...TextOption) *Texts {
	return lazyTexts("Reviews (synthetic)", options, func(form textForm) (train, test *samples, err error) {
		const n, held = 8000, 2000
		texts, y := writeReviews(n + held)
		v := newVocabulary(mostCommon(texts, form.words-specials))
		all := reviewSamples(v.numberAll(texts), y, form.length, v)
		return all.part(0, n), all.part(n, n+held), nil
	})
}

// writeReviews writes n reviews, each another one, of both classes in turn.
func writeReviews(n int) (texts [][]string, y []int) {
	r, seen := random(1), map[string]bool{}
	for len(texts) < n {
		class := len(texts) % 2
		if text := review(r, class); !seen[text] {
			seen[text] = true
			texts, y = append(texts, tokens(text)), append(y, class)
		}
	}
	return texts, y
}

// part is the samples from one to before another.
func (t *samples) part(from, to int) *samples {
	c := *t
	c.divided = 0
	c.x = t.x.Slice(0, from, to).Contiguous()
	c.y = t.y[from:to:to]
	return &c
}

// mostCommon returns the n words that are there most often, these first.
func mostCommon(texts [][]string, n int) []string {
	counts := map[string]int{}
	for _, text := range texts {
		for _, w := range text {
			counts[strings.Trim(w, "'")]++
		}
	}
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	return words[:min(n, len(words))]
}

// review writes a review of a class.
func review(r *rand.Rand, class int) string {
	for {
		var sentences []string
		score := 0
		for range 2 + r.IntN(3) {
			if r.IntN(2) == 0 {
				sentences = append(sentences, expand(r, pick1(r, asides)))
			}
			text, weight := opinion(r)
			sentences, score = append(sentences, text), score+weight
		}
		if score != 0 && (score > 0) == (class == 1) {
			return strings.Join(sentences, ". ") + "."
		}
	}
}

// opinion writes a sentence and says what it counts.
func opinion(r *rand.Rand) (text string, weight int) {
	side, weight := r.IntN(2), -1
	if side == 1 {
		weight = 1
	}
	form := pick1(r, plain)
	switch n := r.IntN(10); {
	case n < 4:
		form, weight = pick1(r, negated), -weight
	case n < 7:
		form, weight = pick1(r, emphatic), 2*weight
	}
	return expand(r, strings.ReplaceAll(form, "ADJ", []string{"BAD", "GOOD"}[side])), weight
}

func pick1(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// expand replaces the words in capitals by those that the grammar has for them.
func expand(r *rand.Rand, form string) string {
	words := strings.Fields(form)
	for i, w := range words {
		if list, ok := grammar[strings.TrimRight(w, ",")]; ok {
			words[i] = pick1(r, list)
		}
		if i > 0 && words[i-1] == "a" && strings.ContainsRune("aeiou", rune(words[i][0])) {
			words[i-1] = "an"
		}
	}
	return strings.Join(words, " ")
}

// The forms of opinions. ADJ becomes GOOD or BAD.
var (
	plain = []string{
		"the PART is ADJ", "i found the PART ADJ", "this is a ADJ FILM", "the PART was ADJ from start to finish",
		"PERSON gives a ADJ performance", "it has a ADJ PART", "PERSON called it ADJ and i agree", "what a ADJ FILM",
		"the PART of this FILM is ADJ", "all in all a ADJ FILM", "we thought the PART was ADJ", "to me the PART seemed ADJ",
	}
	emphatic = []string{
		"the PART is VERY ADJ", "i found the PART VERY ADJ", "this is a VERY ADJ FILM", "the PART was VERY ADJ from start to finish",
		"PERSON gives a VERY ADJ performance", "it has a VERY ADJ PART", "the PART is ADJ , and i mean VERY ADJ",
		"what a VERY ADJ FILM", "all in all a VERY ADJ FILM", "we thought the PART was VERY ADJ",
	}
	negated = []string{
		"the PART is NOT ADJ", "i did not find the PART ADJ", "this is NOT a ADJ FILM", "the PART was NOT ADJ",
		"PERSON does not give a ADJ performance", "it does not have a ADJ PART", "nobody would call the PART ADJ",
		"this is NOT a ADJ FILM at all", "i can't say that the PART was ADJ", "there is nothing ADJ about the PART",
		"we did not think that the PART was ADJ", "to call it a ADJ FILM would be wrong",
	}
	// asides say nothing of the film, though some sound like it.
	asides = []string{
		"the story is about a ADJECTIVE ROLE who meets a ADJECTIVE ROLE in PLACE", "i saw it on DAY with my RELATIVE",
		"it begins with a ADJECTIVE murder in PLACE", "a ROLE loses a ADJECTIVE ROLE and travels to PLACE",
		"my RELATIVE had read the book", "it was made in PLACE", "PERSON plays a ADJECTIVE ROLE", "it runs for two hours",
		"the story follows a ROLE and a ADJECTIVE ROLE through PLACE", "PERSON plays the ROLE and PERSON the ROLE",
		"we watched it at home on DAY", "the cinema in PLACE was half full", "in the end the ROLE goes back to PLACE",
		"the ADJECTIVE ROLE does not know that the ROLE is not who he says", "it is the second FILM by PERSON",
	}
)

// grammar has the words for each word in capitals.
var grammar = map[string][]string{
	"GOOD": strings.Fields(`good great wonderful brilliant superb moving charming funny clever beautiful excellent
		delightful gripping fresh witty touching impressive splendid thrilling memorable fine enjoyable
		stunning convincing elegant inspired lovely rich fascinating perfect`),
	"BAD": strings.Fields(`bad terrible awful boring dull weak stupid tedious clumsy ugly dreadful horrible silly
		predictable flat lifeless annoying pointless shallow messy poor tiresome forgettable wooden
		ridiculous sloppy bland painful miserable disappointing`),
	"ADJECTIVE": strings.Fields(`young old rich poor terrible wonderful ugly beautiful stupid clever lonely famous
		miserable charming awful brilliant strange silent horrible lovely`),
	"VERY": {"very", "really", "extremely", "truly", "utterly", "absolutely", "incredibly", "so very", "totally", "completely"},
	"NOT":  {"not", "never", "hardly", "not really", "by no means", "anything but", "not even", "far from", "in no way", "certainly not"},
	"FILM": {"film", "movie", "picture", "feature", "production", "thriller", "comedy", "drama"},
	"PART": strings.Fields(`plot acting music script camera ending dialogue cast direction editing story pace
		humour photography opening soundtrack lighting design finale writing`),
	"PERSON": {"the lead", "the director's sister", "anna", "karl", "miller", "the young actress", "the old actor", "maria", "jones", "the newcomer", "tom", "rossi"},
	"ROLE": strings.Fields(`detective teacher doctor soldier thief painter king widow farmer pilot nurse singer
		lawyer sailor student baker spy judge clown priest`),
	"PLACE":    {"paris", "a small town", "the desert", "london", "a village by the sea", "new york", "the mountains", "rome", "an old castle", "berlin", "the suburbs", "a far country"},
	"DAY":      strings.Fields("monday tuesday wednesday thursday friday saturday sunday"),
	"RELATIVE": strings.Fields("brother sister mother father wife husband friend cousin uncle aunt daughter son"),
}
