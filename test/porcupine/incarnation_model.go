package main

import "github.com/anishathalye/porcupine"

// incarnation is an operation on the log that is sealed, fenced, deleted and created again.
type incarnation struct {
	Arguments struct {
		Input incarnationInput
		Texts []string
	}
	Result *incarnationResult
}

type incarnationInput struct {
	Kind         string
	Create       string
	Count        int
	Seal         bool
	Type         *string
	ExpectedTail *int
	Token        *int
	Incarnation  *int
}

type incarnationResult struct {
	// Nil for a read that has not reached the tail.
	Output  *incarnationOutput
	Records []record
}

type incarnationOutput struct {
	Kind   string
	Reason string
	First  int
	Tail   int
	// Nil for an append without an answer that a read has found.
	Incarnation *int
	Sealed      bool
	Fence       *int
	Type        *string
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

// incarnationState is the log. Positions continue across incarnations; incarnation is the tail at which the present one
// began.
type incarnationState struct {
	phase             string
	tail, incarnation int
	fence             int
	contentType       string
}

var incarnationModel = porcupine.Model{
	Init: func() any { return incarnationState{phase: missing, fence: noFence} },
	Step: func(before, input, _ any) (bool, any) {
		state, asked := before.(incarnationState), input.(entry).incarnation
		expected, after := state.step(asked.Arguments.Input)
		return asked.Result == nil || sameOutput(*asked.Result.Output, expected), after
	},
}

func (state incarnationState) step(asked incarnationInput) (incarnationOutput, incarnationState) {
	isThere := state.phase != missing
	switch {
	case asked.Kind == "look" && !isThere:
		return incarnationOutput{Kind: "missing"}, state
	case asked.Kind == "look":
		return state.seen(), state
	case asked.Create == "must-be-new" && isThere:
		return state.refused("exists")
	case !isThere && (asked.Kind != "append" || asked.Create == "never"):
		return state.refused("missing")
	case !isThere && differs(asked.Incarnation, state.tail), isThere && differs(asked.Incarnation, state.incarnation):
		return state.refused("missing")
	case asked.Kind == "delete":
		return state.appended(1, incarnationState{phase: missing, tail: state.tail, incarnation: state.incarnation, fence: noFence})
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

func (state incarnationState) written(asked incarnationInput) (incarnationOutput, incarnationState) {
	after := state
	if state.phase == missing {
		after = incarnationState{phase: open, tail: state.tail, incarnation: state.tail, fence: noFence}
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

func (state incarnationState) appended(count int, after incarnationState) (incarnationOutput, incarnationState) {
	after.tail += count
	return incarnationOutput{Kind: "appended", First: state.tail + 1, Incarnation: &after.incarnation}, after
}

func (state incarnationState) changed(after incarnationState) (incarnationOutput, incarnationState) {
	return incarnationOutput{Kind: "changed", Tail: after.tail, Incarnation: &after.incarnation}, after
}

func (state incarnationState) refused(reason string) (incarnationOutput, incarnationState) {
	return incarnationOutput{Kind: "refused", Reason: reason, Tail: state.tail}, state
}

func (state incarnationState) seen() incarnationOutput {
	output := incarnationOutput{Kind: "there", Tail: state.tail, Incarnation: &state.incarnation, Sealed: state.phase == sealed}
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

func sameOutput(told, expected incarnationOutput) bool {
	sameIncarnation := told.Kind == "appended" && told.Incarnation == nil || same(told.Incarnation, expected.Incarnation)
	return sameIncarnation && same(told.Fence, expected.Fence) && same(told.Type, expected.Type) &&
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
		if one.incarnation.Result == nil {
			continue
		}
		complete = complete || one.Arguments.Whole
		for _, record := range one.incarnation.Result.Records {
			seen[record.Text] = record.Position
		}
	}
	var resolved []entry
	for _, one := range entries {
		texts := one.incarnation.Arguments.Texts
		switch {
		case one.incarnation.Result != nil && one.incarnation.Result.Output == nil:
		case one.incarnation.Result == nil && one.incarnation.Arguments.Input.Kind == "look":
		case one.incarnation.Result == nil && len(texts) > 0:
			if first, found := seen[texts[0]]; found {
				one.incarnation.Result = &incarnationResult{Output: &incarnationOutput{Kind: "appended", First: first}}
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
	asked, answer := one.incarnation.Arguments.Input, one.incarnation.Result
	if answer == nil {
		return nil
	}
	fenced := asked.Kind == "fence" && answer.Output.Kind == "changed"
	created := asked.Create == "must-be-new" && asked.Count == 0 && answer.Output.Reason == "exists"
	if !fenced && !created {
		return nil
	}
	first := one
	first.incarnation.Result = nil
	return []entry{first}
}
