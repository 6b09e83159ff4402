// Records what Go's text/template makes of each template in ../answers.jsonl.
//
// A line is {"template": …, "missingkey": …} and gets "output" or "error". To add a case, add a line without an answer:
//
//	cd crates/gotemplate/tests/record && go run main.go
//
// The data and the functions here are those of ../answers.rs; keep the two alike.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"reflect"
	"strings"
	"text/template"
)

type answer struct {
	Template   string  `json:"template"`
	MissingKey string  `json:"missingkey,omitempty"`
	Output     *string `json:"output,omitempty"`
	Error      *string `json:"error,omitempty"`
}

// Point is a struct with methods.
type Point struct {
	X    int
	Name string
	Any  any
}

func (p Point) Plus(n int) int              { return p.X + n }
func (p Point) Fail() (int, error)          { return 0, errors.New("point failed") }
func (p Point) Join(parts ...string) string { return p.Name + strings.Join(parts, "+") }
func (p Point) Self() Point                 { return p }

// Label is a struct that prints itself.
type Label struct{ Text string }

func (l Label) String() string { return "<" + l.Text + ">" }

// Level is a named number that prints itself.
type Level int

func (l Level) String() string { return fmt.Sprintf("level%d", int(l)) }

// Names is a named slice with a method.
type Names []string

func (n Names) Has(name string) bool {
	for _, other := range n {
		if other == name {
			return true
		}
	}
	return false
}

// Table is a named map.
type Table map[string]any

func data() map[string]any {
	var seq iter.Seq[int] = func(yield func(int) bool) { _ = yield(7) && yield(8) }
	var seq2 iter.Seq2[string, int] = func(yield func(string, int) bool) { _ = yield("a", 7) && yield("b", 8) }
	return map[string]any{
		"s": "text", "empty": "", "uni": "é😀\u200b", "bin": "a\xffb\x00", "multi": "a\nb\t\"c\"<&'>=\\",
		"t": true, "f": false, "nil": nil,
		"i": 42, "neg": -7, "zero": 0, "i8": int8(-8), "i32": int32(120), "i64": int64(1) << 40,
		"u": uint(42), "u8": uint8(200), "u64": ^uint64(0),
		"fl": 1.5, "big": 1e21, "million": 1e6, "small": 1e-7, "whole": 3.0, "third": 1.0 / 3, "f32": float32(0.1),
		"negf":    -2.5,
		"list":    []any{"a", 1, 2.5, nil, true},
		"nested":  []any{[]any{1, 2}, map[string]any{"k": "v"}},
		"strs":    []string{"x", "y", "z"},
		"ints":    []int{3, 1, 2},
		"nilstrs": []string(nil),
		"bytes":   []byte("hi"),
		"map":     map[string]any{"b": 2, "a": 1, "n": nil, "m": map[string]any{"deep": "v"}},
		"smap":    map[string]string{"k": "v", "j": "w"},
		"nilmap":  map[string]any(nil),
		"elist":   []any{}, "emap": map[string]any{},
		"point": Point{3, "p", nil}, "ptr": &Point{4, "q", 1.5}, "label": Label{"l"}, "level": Level(2),
		"names": Names{"n1", "n2"}, "table": Table{"k": "v"},
		"add": func(a, b int) int { return a + b }, "cat": func(sep string, parts ...any) string { return fmt.Sprint(len(parts), sep) },
		"bad": func() (string, error) { return "", errors.New("bad func") },
		"seq": seq, "seq2": seq2,
	}
}

func functions(set func() *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := set().ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"fail":    func(message string) (string, error) { return "", errors.New(message) },
		"double":  func(n int) int { return n * 2 },
		"half":    func(n float64) float64 { return n / 2 },
		"flag":    func(b bool) string { return fmt.Sprint(b) },
		"byte":    func(b uint8) uint8 { return b },
		"wide":    func(n int64) int64 { return n },
		"join":    func(sep string, parts ...string) string { return strings.Join(parts, sep) },
		"any":     func(v any) any { return v },
		"listOf":  func(v ...any) []any { return v },
		"keys":    func(m map[string]any) int { return len(m) },
		"table":   func(m Table) int { return len(m) },
		"count":   func(l []any) int { return len(l) },
		"strings": func(l []string) string { return strings.Join(l, ",") },
		"raw":     func(v reflect.Value) string { return fmt.Sprint(v.IsValid()) },
		"point":   func(p Point) int { return p.X },
		"nilAny":  func() any { return nil },
		"nilStrs": func() []string { return nil },
	}
}

func run(a *answer) {
	a.Output, a.Error = nil, nil
	var set *template.Template
	set = template.New("root").Funcs(functions(func() *template.Template { return set }))
	if a.MissingKey != "" {
		set.Option("missingkey=" + a.MissingKey)
	}
	var out bytes.Buffer
	t, err := set.New("t").Parse(a.Template)
	if err == nil {
		err = t.Execute(&out, data())
	}
	if err != nil {
		message := err.Error()
		a.Error = &message
		return
	}
	text := out.String()
	a.Output = &text
}

func main() {
	const path = "../answers.jsonl"
	file, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var recorded bytes.Buffer
	lines := bufio.NewScanner(bytes.NewReader(file))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			panic(err)
		}
		run(&a)
		encoder := json.NewEncoder(&recorded)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(a); err != nil {
			panic(err)
		}
	}
	if err := os.WriteFile(path, recorded.Bytes(), 0o644); err != nil {
		panic(err)
	}
}
