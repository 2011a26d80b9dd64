// What the API server asks a kubelet for: the logs of a container, to execute a command in it, and to connect
// to its port. Nothing runs in containers here, so logs are a file, a command is handed to a program of the
// tests, and every port is that of one server.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const streamLimit = 30 * time.Second

// serveKubelet takes an address to listen on, and a folder with "log", "previous-log", the program "execute", and
// "server", the address of what is connected to.
func serveKubelet(arguments []string) error {
	if len(arguments) != 2 {
		return errors.New("kubelet ADDRESS FOLDER")
	}
	address, folder := arguments[0], arguments[1]
	certificate, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", nil, nil)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		writeLog(w, r, folder)
	})
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		execute(w, r, folder)
	})
	mux.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) {
		portforward.ServePortForward(
			w, r, forwarded(filepath.Join(folder, "server")), r.PathValue("pod"), "", &portforward.V4Options{},
			streamLimit, streamLimit, portforward.SupportedProtocols,
		)
	})
	server := &http.Server{
		Addr: address, Handler: mux, ReadHeaderTimeout: streamLimit,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}},
		// SPDY, in which commands are streamed, is an upgrade of HTTP 1.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return server.ListenAndServeTLS("", "")
}

func writeLog(w http.ResponseWriter, r *http.Request, folder string) {
	name := "log"
	if r.FormValue("previous") == "true" {
		name = "previous-log"
	}
	content, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	defer content.Close()
	_, _ = io.Copy(w, content)
	_, _ = fmt.Fprintf(w, "%s %s\n", r.PathValue("pod"), r.URL.RawQuery)
}

func execute(w http.ResponseWriter, r *http.Request, folder string) {
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	program := handedOver(filepath.Join(folder, "execute"))
	remotecommand.ServeExec(
		w, r, program, r.PathValue("pod"), "", r.PathValue("container"), r.Form["command"], options,
		streamLimit, streamLimit, remotecommand.SupportedStreamingProtocols,
	)
}

// A handedOver is the program that is given the name of the pod and the command.
type handedOver string

// ExecInContainer runs the program; its exit code is that of the command.
func (program handedOver) ExecInContainer(
	ctx context.Context, pod string, _ string, _ string, command []string,
	_ io.Reader, out, problems io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize, _ time.Duration,
) error {
	run := exec.CommandContext(ctx, string(program), append([]string{pod}, command...)...)
	run.Stdout, run.Stderr = out, problems
	err := run.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return utilexec.CodeExitError{Err: err, Code: ended.ExitCode()}
	}
	return err
}

// A forwarded is the file with the address of the server.
type forwarded string

// PortForward copies both ways until one side ends.
func (file forwarded) PortForward(ctx context.Context, _ string, _ string, _ int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	address, err := os.ReadFile(string(file))
	if err != nil {
		return err
	}
	connection, err := (&net.Dialer{Timeout: streamLimit}).DialContext(ctx, "tcp", strings.TrimSpace(string(address)))
	if err != nil {
		return err
	}
	defer connection.Close()
	ended := make(chan error, 2)
	go func() { _, err := io.Copy(connection, stream); ended <- err }()
	go func() { _, err := io.Copy(stream, connection); ended <- err }()
	return <-ended
}
