// Command porcupine judges histories with Porcupine. Each file is one history as JSON lines. It exits with 0
// when every verdict is the one that -expect names, with 1 otherwise.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// part is a piece of a history that can be judged by itself.
type part struct {
	name    string
	model   porcupine.Model
	entries []entry
}

func partsOf(history []entry) (parts []part, notJudged int) {
	var log, namespace, incarnations []entry
	byName := map[string][]entry{}
	var names []string
	for _, one := range history {
		switch one.Operation {
		case "append", "tail", "read":
			log = append(log, one)
		case "claim", "release", "look-up":
			// A local look-up may show an old state.
			if one.Arguments.Consistency == "local" {
				notJudged++
				continue
			}
			name := one.Arguments.Name
			if byName[name] == nil {
				names = append(names, name)
			}
			byName[name] = append(byName[name], one)
			namespace = append(namespace, one)
		case "transaction":
			notJudged++
		default:
			incarnations = append(incarnations, one)
		}
	}
	parts = append(parts,
		part{"the log", logModel, resolveAppends(log)},
		part{"the order of the namespace", orderModel, namespace},
		part{"the log with several incarnations", incarnationModel, resolveLives(incarnations)})
	for _, name := range names {
		parts = append(parts, part{name, nameModel, byName[name]})
	}
	return parts, notJudged
}

// verdictOn returns "legal", "ILLEGAL" or "unknown" (out of time), and the details.
func verdictOn(history []entry, timeout time.Duration) (verdict, details string) {
	parts, notJudged := partsOf(history)
	unanswered := 0
	for _, one := range history {
		if one.Return == nil {
			unanswered++
		}
	}
	var wrong, late []string
	for _, one := range parts {
		switch porcupine.CheckOperationsTimeout(one.model, operations(one.entries), timeout) {
		case porcupine.Illegal:
			wrong = append(wrong, one.name)
		case porcupine.Unknown:
			late = append(late, one.name)
		}
	}
	details = fmt.Sprintf("%d operations in %d parts, %d of them never answered, %d not judged",
		len(history), len(parts), unanswered, notJudged)
	switch {
	case len(wrong) > 0:
		return "ILLEGAL", strings.Join(wrong, ", ") + "; " + details
	case len(late) > 0:
		return "unknown", strings.Join(late, ", ") + "; " + details
	default:
		return "legal", details
	}
}

func main() {
	expect := flag.String("expect", "legal", "what the histories are: legal or ILLEGAL")
	timeout := flag.Duration("timeout", time.Minute, "how long one part is searched at most")
	flag.Parse()
	others := 0
	for _, path := range flag.Args() {
		history, err := readHistory(path)
		if err != nil {
			fmt.Printf("%s: %v\n", path, err)
			os.Exit(2)
		}
		verdict, details := verdictOn(history, *timeout)
		mark := ""
		if verdict != *expect {
			others++
			mark = "NOT AS EXPECTED: "
		}
		fmt.Printf("%s%s: %s: %s\n", mark, filepath.Base(path), verdict, details)
	}
	fmt.Printf("%d of %d histories are %s\n", flag.NArg()-others, flag.NArg(), *expect)
	if others > 0 {
		os.Exit(1)
	}
}
