#include "textflag.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define V8 Z8
#define V9 Z9
#define V10 Z10
#define V11 Z11
#define V12 Z12
#define V13 Z13
#define V14 Z14
#define V15 Z15
#define WIDTH 64
#define LANES 16
#define BITAND VPANDD
#define BITANDN VPANDND
#define BITOR VPORD
#define BITXOR VPXORD
#define ALLONES(v) VPTERNLOGD $0xff, v, v, v
#define EXP_NAME ·expAVX512
#define SIGMOID_NAME ·sigmoidAVX512
#define TANH_NAME ·tanhAVX512
#define ADD_NAME ·addAVX512
#define MUL_NAME ·mulAVX512
#define AXPY_NAME ·axpyAVX512
#define ADDROWS_NAME ·addRowsAVX512
#define ADDROWSRELU_NAME ·addRowsReLUAVX512
#define SUMROWS_NAME ·sumRowsAVX512
#define RELUBACK_NAME ·reluBackAVX512
#define ADAM_NAME ·adamAVX512
#define LSTM_NAME ·lstmAVX512
#define LSTMBACK_NAME ·lstmBackAVX512
#define POOL_NAME ·poolAVX512
#define POOLBACK_NAME ·poolBackAVX512
#define RELU_NAME ·reluAVX512
#define NORMAL_NAME ·normalAVX512
#define SCALE_NAME ·scaleAVX512
#define TAPS_NAME ·tapsAVX512
#define SQUAREROWS_NAME ·squareRowsAVX512
#define DOTROWS_NAME ·dotRowsAVX512
#define SCALEROWS_NAME ·scaleRowsAVX512
#define BACKROWS_NAME ·backRowsAVX512

#include "kernels_amd64.h"
