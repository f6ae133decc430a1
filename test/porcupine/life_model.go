package main

import "github.com/anishathalye/porcupine"

// life is an operation on the log that is sealed, fenced, deleted and created again.
type life struct {
	Arguments struct {
		Input lifeInput
		Texts []string
	}
	Result *lifeResult
}

type lifeInput struct {
	Kind         string
	Create       string
	Count        int
	Seal         bool
	Type         *string
	ExpectedTail *int
	Token        *int
	Start        *int
}

type lifeResult struct {
	// Nil for a read that has not reached the tail.
	Output  *lifeOutput
	Records []record
}

type lifeOutput struct {
	Kind   string
	Reason string
	First  int
	Tail   int
	// Nil for an append without an answer that a read has found.
	Start  *int
	Sealed bool
	Fence  *int
	Type   *string
}

const (
	missing = "missing"
	open    = "open"
	sealed  = "sealed"
)

const (
	noFence = -1
	noType  = ""
)

// lifeState is the log. Positions continue across incarnations; start is the tail at which the present one
// began.
type lifeState struct {
	phase       string
	tail, start int
	fence       int
	contentType string
}

var lifeModel = porcupine.Model{
	Init: func() any { return lifeState{phase: missing, fence: noFence} },
	Step: func(before, input, _ any) (bool, any) {
		state, asked := before.(lifeState), input.(entry).life
		expected, after := state.step(asked.Arguments.Input)
		return asked.Result == nil || sameOutput(*asked.Result.Output, expected), after
	},
}

func (state lifeState) step(asked lifeInput) (lifeOutput, lifeState) {
	isThere := state.phase != missing
	switch {
	case asked.Kind == "look" && !isThere:
		return lifeOutput{Kind: "missing"}, state
	case asked.Kind == "look":
		return state.seen(), state
	case asked.Create == "must-be-new" && isThere:
		return state.refused("exists")
	case !isThere && (asked.Kind != "append" || asked.Create == "never"):
		return state.refused("missing")
	case !isThere && differs(asked.Start, state.tail), isThere && differs(asked.Start, state.start):
		return state.refused("missing")
	case asked.Kind == "delete":
		return state.appended(1, lifeState{phase: missing, tail: state.tail, start: state.start, fence: noFence})
	case state.phase == sealed && asked.Kind == "seal":
		return state.changed(state)
	case state.phase == sealed:
		return state.refused("sealed")
	case asked.Kind != "fence" && differs(asked.ExpectedTail, state.tail):
		return state.refused("tail-mismatch")
	case isThere && state.fence != noFence && (asked.Token == nil || *asked.Token < state.fence):
		return state.refused("fenced")
	default:
		return state.written(asked)
	}
}

func (state lifeState) written(asked lifeInput) (lifeOutput, lifeState) {
	after := state
	if state.phase == missing {
		after = lifeState{phase: open, tail: state.tail, start: state.tail, fence: noFence}
		if asked.Type != nil {
			after.contentType = *asked.Type
		}
	}
	if asked.Token != nil {
		after.fence = *asked.Token
	}
	if asked.Kind == "seal" || asked.Seal {
		after.phase = sealed
	}
	if asked.Kind == "append" && asked.Count > 0 {
		return state.appended(asked.Count, after)
	}
	return state.changed(after)
}

func (state lifeState) appended(count int, after lifeState) (lifeOutput, lifeState) {
	after.tail += count
	return lifeOutput{Kind: "appended", First: state.tail + 1, Start: &after.start}, after
}

func (state lifeState) changed(after lifeState) (lifeOutput, lifeState) {
	return lifeOutput{Kind: "changed", Tail: after.tail, Start: &after.start}, after
}

func (state lifeState) refused(reason string) (lifeOutput, lifeState) {
	return lifeOutput{Kind: "refused", Reason: reason, Tail: state.tail}, state
}

func (state lifeState) seen() lifeOutput {
	output := lifeOutput{Kind: "there", Tail: state.tail, Start: &state.start, Sealed: state.phase == sealed}
	if state.fence != noFence {
		output.Fence = &state.fence
	}
	if state.contentType != noType {
		output.Type = &state.contentType
	}
	return output
}

func differs(wanted *int, value int) bool {
	return wanted != nil && *wanted != value
}

func sameOutput(told, expected lifeOutput) bool {
	sameStart := told.Kind == "appended" && told.Start == nil || same(told.Start, expected.Start)
	return sameStart && same(told.Fence, expected.Fence) && same(told.Type, expected.Type) &&
		told.Kind == expected.Kind && told.Reason == expected.Reason && told.First == expected.First &&
		told.Tail == expected.Tail && told.Sealed == expected.Sealed
}

func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// resolveLives settles appends without an answer by the whole read that ends the history. It leaves out reads
// that say nothing about the end of the log, and adds the first effect of requests that may have had two.
func resolveLives(entries []entry) []entry {
	seen := map[string]int{}
	complete := false
	for _, one := range entries {
		if one.life.Result == nil {
			continue
		}
		complete = complete || one.Arguments.Whole
		for _, record := range one.life.Result.Records {
			seen[record.Text] = record.Position
		}
	}
	var resolved []entry
	for _, one := range entries {
		texts := one.life.Arguments.Texts
		switch {
		case one.life.Result != nil && one.life.Result.Output == nil:
		case one.life.Result == nil && one.life.Arguments.Input.Kind == "look":
		case one.life.Result == nil && len(texts) > 0:
			if first, found := seen[texts[0]]; found {
				one.life.Result = &lifeResult{Output: &lifeOutput{Kind: "appended", First: first}}
				resolved = append(resolved, one)
			} else if !complete {
				resolved = append(resolved, one)
			}
		default:
			resolved = append(append(resolved, doneBefore(one)...), one)
		}
	}
	return resolved
}

// doneBefore returns the first effect of a request without a batch id. A fence, or the creation of an empty
// log, may take effect and be repeated after a lost answer; the client gets the answer to the repetition.
func doneBefore(one entry) []entry {
	asked, answer := one.life.Arguments.Input, one.life.Result
	if answer == nil {
		return nil
	}
	fenced := asked.Kind == "fence" && answer.Output.Kind == "changed"
	created := asked.Create == "must-be-new" && asked.Count == 0 && answer.Output.Reason == "exists"
	if !fenced && !created {
		return nil
	}
	first := one
	first.life.Result = nil
	return []entry{first}
}
