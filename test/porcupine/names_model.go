package main

import "github.com/anishathalye/porcupine"

// nameState is the owner of a name, "" for none, and the greatest position that an answer has told.
type nameState struct {
	holder   string
	position int
}

// nameModel: a name has one owner at a time. A refusal names the owner, and only the owner can release the
// name. Positions agree with that order.
var nameModel = porcupine.Model{
	Init: func() any { return nameState{} },
	Step: func(before, input, _ any) (bool, any) {
		state, asked := before.(nameState), input.(entry)
		expected, after := stepName(state.holder, asked)
		if asked.Result == nil {
			return true, nameState{after, state.position}
		}
		position := asked.Result.Position
		inOrder := position > state.position || (position == state.position && after == state.holder)
		return inOrder && asked.Result.Output == expected, nameState{after, position}
	},
}

func stepName(holder string, asked entry) (output, string) {
	owner := asked.Arguments.Owner
	switch {
	case asked.Operation == "look-up":
		return output{"held-by", holder}, holder
	case asked.Operation == "claim" && holder == "":
		return output{Kind: "claimed"}, owner
	case asked.Operation == "claim" && holder == owner:
		return output{Kind: "already-yours"}, holder
	case asked.Operation == "claim":
		return output{"taken", holder}, holder
	case holder == "":
		return output{Kind: "not-held"}, holder
	case holder == owner:
		return output{Kind: "released"}, ""
	default:
		return output{"not-yours", holder}, holder
	}
}

// orderModel: the positions of a namespace are one order of all operations on it, and agree with real time.
// The state is the greatest position so far.
var orderModel = porcupine.Model{
	Init: func() any { return 0 },
	Step: func(before, input, _ any) (bool, any) {
		position, asked := before.(int), input.(entry)
		if asked.Result == nil {
			return true, position
		}
		given := asked.Result.Position
		return given > position || (given == position && !changes(asked)), given
	},
}

// changes returns whether the operation has a position of its own. A refusal may rest on a look.
func changes(asked entry) bool {
	kind := asked.Result.Output.Kind
	return kind == "claimed" || kind == "released"
}
