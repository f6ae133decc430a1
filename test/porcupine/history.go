package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/anishathalye/porcupine"
)

// entry is one line of a history (test/README.md, Histories). Return is nil when the client never learnt the
// outcome.
type entry struct {
	Client    int
	Call      int64
	Return    *int64
	Operation string
	Arguments arguments
	Result    *result
	// Of the operations on the log that is sealed, fenced, deleted and created anew.
	incarnation incarnation
}

type arguments struct {
	Texts        []string
	ExpectedTail *int
	Name         string
	Owner        string
	Consistency  string
	// Of a read behind everything else: it has got all records that were ever appended.
	Whole bool
}

type result struct {
	Kind     string
	First    int
	Tail     *int
	Records  []record
	Position int
	Output   output
}

type record struct {
	Position int
	Text     string
}

type output struct {
	Kind   string
	Holder string
}

func readHistory(path string) ([]entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var entries []entry
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var one entry
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(entries)+1, err)
		}
		if strings.HasPrefix(one.Operation, "incarnation-") {
			if err := json.Unmarshal(lines.Bytes(), &one.incarnation); err != nil {
				return nil, fmt.Errorf("line %d: %w", len(entries)+1, err)
			}
		}
		entries = append(entries, one)
	}
	return entries, lines.Err()
}

// operations converts entries for Porcupine. An operation without an answer may take effect at any time after
// its call, so it returns after all others. There it has no consequences in any model, as if it never
// happened.
func operations(entries []entry) []porcupine.Operation {
	var end int64
	for _, one := range entries {
		end = max(end, one.Call)
		if one.Return != nil {
			end = max(end, *one.Return)
		}
	}
	made := make([]porcupine.Operation, 0, len(entries))
	for _, one := range entries {
		operation := porcupine.Operation{ClientId: one.Client, Input: one, Call: one.Call, Return: end + 1}
		if one.Return != nil {
			operation.Return = *one.Return
		}
		made = append(made, operation)
	}
	return made
}
