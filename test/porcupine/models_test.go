package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Each history is known to be right or wrong.
var known = []struct {
	name, verdict, history string
}{
	{"one after the other", "legal", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a","b"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"tail","arguments":{},"result":{"tail":2}}
		{"call":5,"return":6,"operation":"append","arguments":{"texts":["c"],"expectedTail":2},"result":{"kind":"appended","first":3}}
		{"call":7,"return":8,"operation":"append","arguments":{"texts":["d"],"expectedTail":2},"result":{"kind":"refused","tail":3}}
		{"call":9,"return":10,"operation":"read","arguments":{"from":1},"result":{"records":[{"position":2,"text":"b"},{"position":3,"text":"c"}],"tail":3}}`},
	{"concurrent, in either order", "legal", `
		{"call":1,"return":4,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":2}}
		{"call":2,"return":3,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":1}}`},
	{"an acknowledged record is lost, and its position given again", "ILLEGAL", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":2}}
		{"call":5,"return":6,"operation":"tail","arguments":{},"result":{"tail":2}}
		{"call":7,"return":8,"operation":"append","arguments":{"texts":["c"]},"result":{"kind":"appended","first":2}}`},
	{"a hole", "ILLEGAL", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":3}}`},
	{"a tail from the past", "ILLEGAL", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"tail","arguments":{},"result":{"tail":0}}`},
	{"a compare-and-append that was not compared", "ILLEGAL", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"append","arguments":{"texts":["b"],"expectedTail":0},"result":{"kind":"appended","first":2}}`},
	{"a reader is shown another record than was appended", "ILLEGAL", `
		{"call":1,"return":2,"operation":"append","arguments":{"texts":["a"]},"result":{"kind":"appended","first":1}}
		{"call":3,"return":4,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":2}}
		{"call":5,"return":6,"operation":"read","arguments":{"from":0},"result":{"records":[{"position":1,"text":"b"}]}}`},
	{"an append that was never answered took effect late", "legal", `
		{"call":1,"return":null,"operation":"append","arguments":{"texts":["a"]},"result":null}
		{"call":2,"return":3,"operation":"tail","arguments":{},"result":{"tail":0}}
		{"call":4,"return":5,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":2}}`},
	{"it did not take effect", "legal", `
		{"call":1,"return":null,"operation":"append","arguments":{"texts":["a"]},"result":null}
		{"call":2,"return":3,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":1}}
		{"call":4,"return":5,"operation":"read","arguments":{"from":0,"whole":true},"result":{"records":[{"position":1,"text":"b"}],"tail":1}}`},
	{"it took effect twice", "ILLEGAL", `
		{"call":1,"return":null,"operation":"append","arguments":{"texts":["a"]},"result":null}
		{"call":2,"return":3,"operation":"append","arguments":{"texts":["b"]},"result":{"kind":"appended","first":3}}
		{"call":4,"return":5,"operation":"read","arguments":{"from":0},"result":{"records":[{"position":1,"text":"a"},{"position":2,"text":"a"},{"position":3,"text":"b"}],"tail":3}}`},
	{"claimed, refused, released, claimed", "legal", `
		{"call":1,"return":2,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}
		{"call":3,"return":4,"operation":"claim","arguments":{"name":"n","owner":"b"},"result":{"position":2,"output":{"kind":"taken","holder":"a"}}}
		{"call":5,"return":6,"operation":"release","arguments":{"name":"n","owner":"a"},"result":{"position":3,"output":{"kind":"released"}}}
		{"call":7,"return":8,"operation":"claim","arguments":{"name":"n","owner":"b"},"result":{"position":4,"output":{"kind":"claimed"}}}
		{"call":9,"return":10,"operation":"look-up","arguments":{"name":"n"},"result":{"position":4,"output":{"kind":"held-by","holder":"b"}}}`},
	{"two owners", "ILLEGAL", `
		{"call":1,"return":3,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}
		{"call":2,"return":4,"operation":"claim","arguments":{"name":"n","owner":"b"},"result":{"position":2,"output":{"kind":"claimed"}}}`},
	{"a look-up that is too old", "ILLEGAL", `
		{"call":1,"return":2,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}
		{"call":3,"return":4,"operation":"look-up","arguments":{"name":"n"},"result":{"position":1,"output":{"kind":"held-by"}}}`},
	{"a local look-up may be", "legal", `
		{"call":1,"return":2,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}
		{"call":3,"return":4,"operation":"look-up","arguments":{"name":"n","consistency":"local"},"result":{"position":0,"output":{"kind":"held-by"}}}`},
	{"a claim that was never answered explains a refusal", "legal", `
		{"call":1,"return":null,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":null}
		{"call":2,"return":3,"operation":"claim","arguments":{"name":"n","owner":"b"},"result":{"position":2,"output":{"kind":"taken","holder":"a"}}}`},
	{"nothing explains this one", "ILLEGAL", `
		{"call":2,"return":3,"operation":"claim","arguments":{"name":"n","owner":"b"},"result":{"position":2,"output":{"kind":"taken","holder":"a"}}}`},
	{"two names in an order that is not that of the time", "ILLEGAL", `
		{"call":1,"return":2,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":2,"output":{"kind":"claimed"}}}
		{"call":3,"return":4,"operation":"claim","arguments":{"name":"m","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}`},
	{"two claims at one position", "ILLEGAL", `
		{"call":1,"return":3,"operation":"claim","arguments":{"name":"n","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}
		{"call":2,"return":4,"operation":"claim","arguments":{"name":"m","owner":"a"},"result":{"position":1,"output":{"kind":"claimed"}}}`},
	{"sealed, refused, deleted, created anew", "legal", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"seal"},"texts":[]},"result":{"output":{"kind":"changed","tail":1,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["b"]},"result":{"output":{"kind":"refused","reason":"sealed","tail":1}}}
		{"call":7,"return":8,"operation":"incarnation-x","arguments":{"input":{"kind":"delete"},"texts":[]},"result":{"output":{"kind":"appended","first":2,"incarnation":0}}}
		{"call":9,"return":10,"operation":"incarnation-x","arguments":{"input":{"kind":"look"},"texts":[]},"result":{"output":{"kind":"missing"}}}
		{"call":11,"return":12,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["c"]},"result":{"output":{"kind":"appended","first":3,"incarnation":2}}}`},
	{"an append to a sealed log", "ILLEGAL", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"seal"},"texts":[]},"result":{"output":{"kind":"changed","tail":1,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["b"]},"result":{"output":{"kind":"appended","first":2,"incarnation":0}}}`},
	{"a seal that was never answered", "legal", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":null,"operation":"incarnation-x","arguments":{"input":{"kind":"seal"},"texts":[]},"result":null}
		{"call":4,"return":5,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["b"]},"result":{"output":{"kind":"refused","reason":"sealed","tail":1}}}`},
	{"a refusal without a seal", "ILLEGAL", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":4,"return":5,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["b"]},"result":{"output":{"kind":"refused","reason":"sealed","tail":1}}}`},
	{"a token behind a fence", "ILLEGAL", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"fence","token":7},"texts":[]},"result":{"output":{"kind":"changed","tail":1,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null,"token":6},"texts":["b"]},"result":{"output":{"kind":"appended","first":2,"incarnation":0}}}`},
	{"it is refused", "legal", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"fence","token":7},"texts":[]},"result":{"output":{"kind":"changed","tail":1,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null,"token":6},"texts":["b"]},"result":{"output":{"kind":"refused","reason":"fenced","tail":1}}}`},
	{"an append that is late for its incarnation", "ILLEGAL", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"delete"},"texts":[]},"result":{"output":{"kind":"appended","first":2,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null,"incarnation":0},"texts":["b"]},"result":{"output":{"kind":"appended","first":3,"incarnation":2}}}`},
	{"a position of an earlier incarnation is given again", "ILLEGAL", `
		{"call":1,"return":2,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["a"]},"result":{"output":{"kind":"appended","first":1,"incarnation":0}}}
		{"call":3,"return":4,"operation":"incarnation-x","arguments":{"input":{"kind":"delete"},"texts":[]},"result":{"output":{"kind":"appended","first":2,"incarnation":0}}}
		{"call":5,"return":6,"operation":"incarnation-x","arguments":{"input":{"kind":"append","count":1,"create":"if-missing","seal":false,"type":null},"texts":["b"]},"result":{"output":{"kind":"appended","first":2,"incarnation":2}}}`},
}

func TestKnownHistories(t *testing.T) {
	for _, one := range known {
		t.Run(one.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.jsonl")
			if err := os.WriteFile(path, []byte(one.history[1:]), 0o600); err != nil {
				t.Fatal(err)
			}
			history, err := readHistory(path)
			if err != nil {
				t.Fatal(err)
			}
			if verdict, details := verdictOn(history, time.Minute); verdict != one.verdict {
				t.Errorf("%s, not %s: %s", verdict, one.verdict, details)
			}
		})
	}
}
