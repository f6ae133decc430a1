package main

import (
	"hash/fnv"

	"github.com/anishathalye/porcupine"
)

// logState is the whole log, as a list from its end. The digest of all texts makes comparing cheap.
type logState struct {
	length int
	digest uint64
	text   string
	before *logState
}

var emptyLog = &logState{}

func (state *logState) with(text string) *logState {
	hash := fnv.New64a()
	var bytes [8]byte
	for index := range bytes {
		bytes[index] = byte(state.digest >> (8 * index))
	}
	hash.Write(bytes[:])
	hash.Write([]byte(text))
	return &logState{length: state.length + 1, digest: hash.Sum64(), text: text, before: state}
}

func (state *logState) withAll(texts []string) *logState {
	for _, text := range texts {
		state = state.with(text)
	}
	return state
}

// holds tells whether each record is in the log, at its position. The records are in their order.
func (state *logState) holds(records []record) bool {
	at := state
	for index := len(records) - 1; index >= 0; index-- {
		wanted := records[index]
		if wanted.Position < 1 || wanted.Position > state.length {
			return false
		}
		for at.length > wanted.Position {
			at = at.before
		}
		if at.length != wanted.Position || at.text != wanted.Text {
			return false
		}
	}
	return true
}

// logModel: an append gets the next positions. A compare-and-append needs its tail. A tail is the length of
// the log, and a read shows what was appended.
var logModel = porcupine.Model{
	Init: func() any { return emptyLog },
	Step: func(before, input, _ any) (bool, any) {
		state, asked := before.(*logState), input.(entry)
		if asked.Operation == "append" {
			return stepAppend(state, asked)
		}
		answer := asked.Result
		if answer == nil {
			return true, state
		}
		atTail := answer.Tail == nil || *answer.Tail == state.length
		return atTail && state.holds(answer.Records), state
	},
	Equal: func(a, b any) bool {
		one, other := a.(*logState), b.(*logState)
		return one.length == other.length && one.digest == other.digest
	},
	Hash: func(state any) uint64 { return state.(*logState).digest },
}

func stepAppend(state *logState, asked entry) (bool, any) {
	texts, expected, answer := asked.Arguments.Texts, asked.Arguments.ExpectedTail, asked.Result
	fits := expected == nil || *expected == state.length
	switch {
	case answer == nil && fits:
		return true, state.withAll(texts)
	case answer == nil:
		return true, state
	case answer.Kind == "refused":
		return !fits && answer.Tail != nil && *answer.Tail == state.length, state
	default:
		return fits && answer.Kind == "appended" && answer.First == state.length+1, state.withAll(texts)
	}
}

// resolveAppends settles appends without an answer by what readers saw. One that a read shows has its
// position there. One that a whole read at the end does not show took effect behind it or never, so it is
// left out. Otherwise the search would try every subset of them.
func resolveAppends(entries []entry) []entry {
	seen := map[string]int{}
	complete := false
	for _, one := range entries {
		if one.Operation != "read" || one.Result == nil {
			continue
		}
		for _, record := range one.Result.Records {
			seen[record.Text] = record.Position
		}
		complete = complete || one.Arguments.Whole
	}
	var resolved []entry
	for _, one := range entries {
		if one.Operation != "append" || one.Result != nil {
			resolved = append(resolved, one)
			continue
		}
		first, found := seen[one.Arguments.Texts[0]]
		if found {
			one.Result = &result{Kind: "appended", First: first}
		}
		if found || !complete {
			resolved = append(resolved, one)
		}
	}
	return resolved
}
